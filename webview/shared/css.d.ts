/** Style sheets are bundled beside the page that imports them; with `type: "text"` they come as a text. */
declare module "*.css" {
  const text: string;
  export default text;
}
