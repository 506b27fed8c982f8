package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether a file is a list of things that Camel knows; it passes over everything else. */
final class ShapeRule {
  /** What an item of a file may be, as in the schema of Camel's YAML. */
  static final Set<String> ITEMS =
      Set.of(
          "beans",
          "dataFormats",
          "errorHandler",
          "from",
          "intercept",
          "interceptFrom",
          "interceptSendToEndpoint",
          "onCompletion",
          "onException",
          "rest",
          "restConfiguration",
          "route",
          "routeConfiguration",
          "routeTemplate",
          "sslContextParameters",
          "templatedRoute",
          "transformers",
          "validators");

  private ShapeRule() {}

  /** The faults of a file. */
  static List<FileFault> faults(String file, RouteText text) {
    List<FileFault> faults = new ArrayList<>();
    for (RouteText.Value key : text.keys()) {
      if (!ITEMS.contains(key.text())) {
        faults.add(
            new FileFault(
                file,
                key.line(),
                key.text(),
                "A file has no \"" + key.text() + "\"" + Suggestion.didYouMean(key.text(), ITEMS),
                "begin each item with one of - route:, - from:, - beans:, - routeTemplate:"));
      } else if (!text.isList()) {
        faults.add(
            new FileFault(
                file,
                key.line(),
                key.text(),
                "A file is a list, and this is no item of one, so it would not be read",
                "write - " + key.text() + ": and indent what is under it"));
      }
    }
    return faults;
  }
}
