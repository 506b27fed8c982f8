package io.comfygateway.route;

import io.comfygateway.route.Endpoints.Endpoint;
import io.comfygateway.route.RouteText.Part;
import io.comfygateway.route.RouteText.Value;
import io.comfygateway.workflow.FileFault;
import io.comfygateway.workflow.Suggestion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;

/**
 * Looks at what route files say, each by its line: Camel names one fault a route when it builds it,
 * and finds a wrong method or a target that nobody serves only when a message comes.
 */
final class StaticRouteCheck {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([A-Za-z0-9._-]+)\\}\\}");

  private static final Pattern INTERNAL = Pattern.compile("(?:direct|seda):[A-Za-z0-9._-]+");

  private final CamelContext context;
  private final Set<String> beans;
  private final Set<String> properties;
  private final Map<String, RouteText> files;
  private final ReservedPaths reserved = new ReservedPaths(Contract.shipped());
  private final List<FileFault> faults = new ArrayList<>();
  private final Map<String, String> typesOfOwnBeans = new HashMap<>();
  private final Set<String> listeners = new TreeSet<>();

  /**
   * Makes a check.
   *
   * @param context finds beans, components and classes
   * @param beans the names of the beans that routes may use
   * @param properties the names of the placeholders
   * @param files what the route files say
   */
  StaticRouteCheck(
      CamelContext context,
      Set<String> beans,
      Set<String> properties,
      Map<String, RouteText> files) {
    this.context = context;
    this.beans = beans;
    this.properties = properties;
    this.files = files;
  }

  /**
   * Looks at the files.
   *
   * @param unread what the files say that are no YAML: what begins there is not called missing
   */
  List<FileFault> faults(Collection<String> unread) {
    unread.forEach(
        text -> INTERNAL.matcher(text).results().forEach(it -> listeners.add(it.group())));
    for (RouteText text : files.values()) {
      for (Part part : text.parts("beans")) {
        part.value("name")
            .ifPresent(
                name ->
                    typesOfOwnBeans.put(
                        name.text(), part.value("type").map(Value::text).orElse("")));
      }
      Endpoints.of(text).stream()
          .filter(Endpoint::consumes)
          .forEach(from -> listeners.add(from.target()));
    }
    ids();
    files.forEach(
        (name, text) -> {
          text.parts().forEach(part -> bean(name, part));
          Endpoints.of(text).forEach(endpoint -> endpoint(name, endpoint));
          placeholders(name, text);
          reserved
              .of(text)
              .forEach(path -> add(name, path.value(), path.field(), path.detail(), path.remedy()));
          new ContractCheck(context, listeners).faults(name, text).forEach(faults::add);
        });
    return faults;
  }

  private void ids() {
    Map<String, String> places = new HashMap<>();
    files.forEach(
        (name, text) -> {
          for (Part part : text.parts()) {
            String key = part.name().equals("openApi") ? "routeId" : "id";
            boolean named = Set.of("route", "routeTemplate", "openApi").contains(part.name());
            Optional<Value> id = part.value(key).filter(value -> named);
            // The route inside of a template has the id that it is given with each use.
            if (id.isEmpty() || isInTemplate(text, part)) {
              continue;
            }
            String place = name + ":" + id.get().line();
            String before = places.putIfAbsent(id.get().text(), place);
            if (before != null) {
              add(
                  name,
                  id.get(),
                  part.name() + "." + key,
                  "The id \"" + id.get().text() + "\" is used in " + before + " already",
                  "choose another");
            }
          }
        });
  }

  private static boolean isInTemplate(RouteText text, Part part) {
    return part.name().equals("route")
        && text.parts("routeTemplate").stream()
            .anyMatch(template -> !part.owner().isEmpty() && template.owner().equals(part.owner()));
  }

  private void bean(String file, Part part) {
    Optional<Value> ref = part.value("ref");
    if (ref.isEmpty() || !(part.name().equals("bean") || part.name().equals("method"))) {
      return;
    }
    Optional<Class<?>> type = type(ref.get().text());
    if (type.isEmpty()) {
      Set<String> known = new TreeSet<>(beans);
      known.addAll(typesOfOwnBeans.keySet());
      if (!known.contains(ref.get().text())) {
        add(
            file,
            ref.get(),
            part.name() + ".ref",
            "There is no bean \""
                + ref.get().text()
                + "\""
                + Suggestion.didYouMean(ref.get().text(), known),
            "name one of " + String.join(", ", known));
      }
      return;
    }
    BeanMethods methods = new BeanMethods(type.get());
    part.value("method")
        .filter(method -> !method.text().startsWith("${"))
        .ifPresent(
            method ->
                methods
                    .lacks(method.text())
                    .ifPresent(
                        lack ->
                            add(
                                file,
                                method,
                                part.name() + ".method",
                                "The bean \"" + ref.get().text() + "\" cannot do this: " + lack,
                                "name one of " + String.join(", ", methods.names()))));
  }

  private Optional<Class<?>> type(String bean) {
    if (beans.contains(bean)) {
      return Optional.ofNullable(context.getRegistry().lookupByName(bean)).map(Object::getClass);
    }
    return Optional.ofNullable(typesOfOwnBeans.get(bean))
        .map(type -> context.getClassResolver().resolveClass(type));
  }

  private void endpoint(String file, Endpoint endpoint) {
    if (endpoint.scheme().contains("{{") || endpoint.scheme().contains("${")) {
      return;
    }
    if (context.getComponent(endpoint.scheme(), true, false) == null) {
      add(
          file,
          endpoint.value(),
          endpoint.field(),
          "There is no component \"" + endpoint.scheme() + "\"",
          "fix the name, or add its library camel-" + endpoint.scheme() + " to pom.xml");
    } else if (endpoint.isInternal()
        && !endpoint.consumes()
        && !endpoint.isDynamic()
        && !endpoint.target().contains("{{")
        && !listeners.contains(endpoint.target())) {
      add(
          file,
          endpoint.value(),
          endpoint.field(),
          "No route begins with "
              + endpoint.target()
              + Suggestion.didYouMean(endpoint.target(), listeners),
          "fix the name, or add the route");
    }
  }

  private void placeholders(String file, RouteText text) {
    Set<String> known = new HashSet<>(properties);
    text.parts("parameters")
        .forEach(part -> part.value("name").ifPresent(name -> known.add(name.text())));
    for (Part part : text.parts()) {
      part.values()
          .forEach(
              (key, value) -> {
                Matcher matcher = PLACEHOLDER.matcher(value.text());
                while (matcher.find()) {
                  if (!known.contains(matcher.group(1))) {
                    add(
                        file,
                        value,
                        part.name() + "." + key,
                        "There is no setting \""
                            + matcher.group(1)
                            + "\""
                            + Suggestion.didYouMean(matcher.group(1), known),
                        "fix the name, or add it to the settings");
                  }
                }
              });
    }
  }

  private void add(String file, Value value, String field, String detail, String remedy) {
    faults.add(new FileFault(file, value.line(), field, detail, remedy));
  }
}
