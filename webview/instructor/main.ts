import "../shared/base.css";
import "./view.js";
