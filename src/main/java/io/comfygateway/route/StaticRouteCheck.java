package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import io.comfygateway.extension.CamelParts;
import io.comfygateway.route.Endpoints.Endpoint;
import io.comfygateway.route.RouteText.Part;
import io.comfygateway.route.RouteText.Value;
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

  private static final Pattern BEAN =
      Pattern.compile("(?:\\$\\{|^)bean:([A-Za-z][\\w-]*)(?:\\?method=|\\.)?([A-Za-z]\\w*)?");

  private final CamelParts parts = CamelParts.shipped();
  private final CamelContext context;
  private final Set<String> beans;
  private final Set<String> properties;
  private final Map<String, RouteText> files;
  private final Contract contract = Contract.shipped();
  private final ReservedPaths reserved = new ReservedPaths(contract);
  private final ExchangeNames names = ExchangeNames.shipped();
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
    faults.addAll(new ConsumerRule(names).faults(files));
    JqRule jq = new JqRule(context);
    files.forEach(
        (name, text) -> {
          faults.addAll(jq.faults(name, text));
          faults.addAll(ShapeRule.faults(name, text));
          faults.addAll(CustomNameRule.faults(name, text));
          text.parts().forEach(part -> beans(name, part));
          Endpoints.of(text).forEach(endpoint -> endpoint(name, endpoint));
          placeholders(name, text);
          reserved
              .of(text)
              .forEach(path -> add(name, path.value(), path.field(), path.detail(), path.remedy()));
        });
    return faults;
  }

  /** The properties and headers that nothing sets; a route that reads one can be built. */
  List<FileFault> unset(Collection<String> unread) {
    NameRule rule = new NameRule(names, contract, files.values(), unread);
    List<FileFault> unset = new ArrayList<>();
    files.forEach((name, text) -> unset.addAll(rule.faults(name, text)));
    return unset;
  }

  /**
   * The operations of the contract that no route serves. The file that binds the contract works all
   * the same; {@link #faults} is called first.
   */
  List<FileFault> unserved() {
    List<FileFault> unserved = new ArrayList<>();
    files.forEach(
        (name, text) -> unserved.addAll(new ContractCheck(context, listeners).faults(name, text)));
    return unserved;
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

  private void beans(String file, Part part) {
    boolean names = part.name().equals("bean") || part.name().equals("method");
    part.value("ref")
        .filter(ref -> names)
        .ifPresent(
            ref ->
                bean(
                    file,
                    part.name() + ".ref",
                    ref,
                    part.name() + ".method",
                    part.value("method")));
    part.values()
        .forEach(
            (key, value) -> {
              Matcher matcher = BEAN.matcher(value.text());
              while (matcher.find()) {
                String field = part.name() + "." + key;
                Value ref = new Value(matcher.group(1), value.line());
                Optional<Value> method =
                    Optional.ofNullable(matcher.group(2)).map(it -> new Value(it, value.line()));
                bean(file, field, ref, field, method);
              }
            });
  }

  private void bean(
      String file, String field, Value ref, String fieldOfMethod, Optional<Value> method) {
    Optional<Class<?>> type = type(ref.text());
    if (type.isEmpty()) {
      Set<String> known = new TreeSet<>(beans);
      known.addAll(typesOfOwnBeans.keySet());
      if (!known.contains(ref.text())) {
        add(
            file,
            ref,
            field,
            "There is no bean \"" + ref.text() + "\"" + Suggestion.didYouMean(ref.text(), known),
            "name one of " + String.join(", ", known));
      }
      return;
    }
    BeanMethods methods = new BeanMethods(type.get());
    method
        .filter(it -> !it.text().startsWith("${"))
        .ifPresent(
            it ->
                methods
                    .lacks(it.text())
                    .ifPresent(
                        lack ->
                            add(
                                file,
                                it,
                                fieldOfMethod,
                                "The bean \""
                                    + ref.text()
                                    + "\" cannot do this: "
                                    + lack
                                    + suggestion(it.text(), methods),
                                "name one of " + String.join(", ", methods.names()))));
  }

  private static String suggestion(String call, BeanMethods methods) {
    String name = call.split("\\(", 2)[0].strip();
    return methods.names().contains(name) ? "" : Suggestion.didYouMean(name, methods.names());
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
          "There is no component \""
              + endpoint.scheme()
              + "\""
              + (parts.library("component", endpoint.scheme()).isPresent()
                  ? ""
                  : Suggestion.didYouMean(endpoint.scheme(), parts.names("component"))),
          parts
              .library("component", endpoint.scheme())
              .map(library -> "run ./gateway add " + library + ", then start the gateway anew")
              .orElse("fix the name"));
    } else if (endpoint.isInternal()
        && !endpoint.consumes()
        && !endpoint.isDynamic()
        && !endpoint.target().contains("{{")
        && !endpoint.option("discardIfNoConsumers").filter("true"::equals).isPresent()
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
