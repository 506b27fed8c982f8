package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import io.comfygateway.route.Endpoints.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Whether the endpoints inside of the gateway that routes begin with can have that route. */
final class ConsumerRule {
  private static final String EVENT = "seda:job.";
  private static final String MULTIPLE = "multipleConsumers";

  private final ExchangeNames names;
  private final Map<String, Place> first = new LinkedHashMap<>();
  private final List<FileFault> faults = new ArrayList<>();

  private record Place(String file, int line, boolean isShared) {}

  ConsumerRule(ExchangeNames names) {
    this.names = names;
  }

  /**
   * The faults of files.
   *
   * @param files in the order in which the earlier one keeps what two want
   */
  List<FileFault> faults(Map<String, RouteText> files) {
    files.forEach(
        (file, text) ->
            Endpoints.of(text).stream()
                .filter(endpoint -> endpoint.consumes() && endpoint.isInternal())
                .filter(endpoint -> !endpoint.target().contains("{{"))
                .forEach(endpoint -> look(file, endpoint)));
    return faults;
  }

  private void look(String file, Endpoint endpoint) {
    String target = endpoint.target();
    boolean isShared = endpoint.option(MULTIPLE).filter("true"::equals).isPresent();
    if (target.startsWith(EVENT)) {
      Set<String> events = new TreeSet<>();
      names.events().forEach(event -> events.add(EVENT + event));
      if (!events.contains(target)) {
        add(
            file,
            endpoint,
            "There is no event \"" + target + "\"" + Suggestion.didYouMean(target, events),
            "name one of " + String.join(", ", events));
      } else if (!isShared) {
        add(
            file,
            endpoint,
            "Several routes may listen to an event, and this one does not say so",
            "add the parameter " + MULTIPLE + ": true");
      }
      return;
    }
    Place here = new Place(file, endpoint.value().line(), isShared);
    Place before = first.putIfAbsent(target, here);
    if (before != null && !(before.isShared() && isShared)) {
      add(
          file,
          endpoint,
          "The route in "
              + before.file()
              + ":"
              + before.line()
              + " begins with "
              + target
              + " already",
          "choose another name");
    }
  }

  private void add(String file, Endpoint endpoint, String detail, String remedy) {
    faults.add(new FileFault(file, endpoint.value().line(), endpoint.field(), detail, remedy));
  }
}
