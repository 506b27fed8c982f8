package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import io.comfygateway.route.Endpoints.Endpoint;
import io.comfygateway.route.RouteText.Part;
import io.comfygateway.route.RouteText.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether each exchange property and header that a route reads is one that is set: by a step of any
 * route file, by Camel, or by the gateway.
 *
 * <p>Headers of a route that something outside reaches, such as {@code platform-http:} or {@code
 * kafka:}, and headers after a step that calls out, are whatever the other side sends. So a header
 * is judged only in a route that begins with {@code seda:job.} or {@code direct:custom-}, and after
 * a step that calls out only where its name is nearly one that is known.
 */
final class NameRule {
  private static final Pattern PROPERTY =
      Pattern.compile(
          "\\$\\{exchangeProperty(?:[.:]|\\[)([A-Za-z][\\w-]*)|\\$\\{exchangePropertyAs\\("
              + "([A-Za-z][\\w-]*)|(?<![\\w.])property\\(\"([A-Za-z][\\w-]*)\"\\)");
  private static final Pattern HEADER =
      Pattern.compile(
          "\\$\\{(?:in\\.)?headers?(?:[.:]|\\[)([A-Za-z][\\w-]*)|\\$\\{headerAs\\("
              + "([A-Za-z][\\w-]*)|(?<![\\w.])header\\(\"([A-Za-z][\\w-]*)\"\\)");
  private static final Pattern NAME = Pattern.compile("name:\\s*[\"']?([A-Za-z][\\w-]*)");
  private static final Set<String> INSIDE =
      Set.of("direct", "seda", "log", "bean", "mock", "kamelet", "timer", "scheduler");
  private static final List<String> CLOSED = List.of("seda:job.", "direct:custom-");
  private static final String CAMEL = "camel";
  private static final Pattern GATEWAY = Pattern.compile("(?i)gateway[a-z].*");
  private static final Set<String> SET_HEADER = Set.of("setHeader", "setHeaders", "headers");

  private final Set<String> properties = new TreeSet<>();
  private final Set<String> headers = new TreeSet<>();
  private final Set<String> ofGateway = new TreeSet<>();
  private final Set<String> headersLowered = new HashSet<>();

  /**
   * Makes a rule.
   *
   * @param files all route files: what one sets, another may read
   * @param unread the text of those that are not YAML, which may set something too
   */
  NameRule(
      ExchangeNames shipped,
      Contract contract,
      Collection<RouteText> files,
      Collection<String> unread) {
    ofGateway.addAll(shipped.headers());
    properties.addAll(shipped.properties());
    headers.addAll(shipped.headers());
    contract
        .operations()
        .forEach(operation -> operation.parameters().forEach(it -> headers.add(it.name())));
    headers.addAll(Set.of("Content-Type", "Content-Length", "User-Agent", "Accept"));
    for (RouteText text : files) {
      for (Part part : text.parts()) {
        set(part, Set.of("setProperty", "setProperties", "properties"), properties);
        set(part, SET_HEADER, headers);
        // The pieces of a routeTemplate and of a kamelet name their headers by parameters.
        part.value("property").ifPresent(value -> properties.add(value.text()));
      }
    }
    for (String text : unread) {
      NAME.matcher(text).results().map(it -> it.group(1)).forEach(properties::add);
      NAME.matcher(text).results().map(it -> it.group(1)).forEach(headers::add);
    }
    headers.forEach(name -> headersLowered.add(name.toLowerCase(Locale.ROOT)));
  }

  private static void set(Part part, Set<String> steps, Set<String> names) {
    if (steps.contains(part.name())) {
      part.value("name").or(() -> part.value("key")).ifPresent(value -> names.add(value.text()));
    }
  }

  /** The faults of a file. */
  List<FileFault> faults(String file, RouteText text) {
    List<FileFault> faults = new ArrayList<>();
    Set<String> closed = new HashSet<>();
    Set<String> open = new HashSet<>();
    for (Endpoint endpoint : Endpoints.of(text)) {
      if (endpoint.consumes() && CLOSED.stream().anyMatch(endpoint.target()::startsWith)) {
        closed.add(endpoint.owner());
      }
    }
    for (Part part : text.parts()) {
      reserved(file, part, faults);
      for (Map.Entry<String, Value> entry : part.values().entrySet()) {
        Value value = entry.getValue();
        String field = part.name().isEmpty() ? entry.getKey() : part.name() + "." + entry.getKey();
        reads(PROPERTY, value, entry.getKey().equals("exchangeProperty"))
            .forEach(name -> property(file, value, field, name, faults));
        if (closed.contains(part.owner())) {
          reads(HEADER, value, entry.getKey().equals("header"))
              .forEach(
                  name -> header(file, value, field, name, open.contains(part.owner()), faults));
        }
        boolean callsOut =
            (entry.getKey().equals("uri") || entry.getKey().startsWith("to"))
                && !part.name().equals("from")
                && !INSIDE.contains(value.text().split(":", 2)[0]);
        if (callsOut) {
          open.add(part.owner());
        }
      }
    }
    return faults;
  }

  // A header of this prefix that the gateway does not know is one that it would not look at.
  private void reserved(String file, Part part, List<FileFault> faults) {
    if (SET_HEADER.contains(part.name())) {
      part.value("name")
          .filter(name -> GATEWAY.matcher(name.text()).matches())
          .filter(name -> ofGateway.stream().noneMatch(name.text()::equalsIgnoreCase))
          .ifPresent(
              name ->
                  faults.add(
                      new FileFault(
                          file,
                          name.line(),
                          part.name() + ".name",
                          "The gateway does not know the header \""
                              + name.text()
                              + "\""
                              + Suggestion.didYouMean(name.text(), ofGateway),
                          "fix the name; a header of your own begins with another word")));
    }
  }

  private static Set<String> reads(Pattern pattern, Value value, boolean isName) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = pattern.matcher(value.text());
    while (matcher.find()) {
      for (int group = 1; group <= matcher.groupCount(); group++) {
        if (matcher.group(group) != null) {
          names.add(matcher.group(group));
        }
      }
    }
    if (isName && value.text().matches("[A-Za-z][\\w-]*")) {
      names.add(value.text());
    }
    return names;
  }

  private void property(
      String file, Value value, String field, String name, List<FileFault> faults) {
    if (!properties.contains(name) && !isCamels(name)) {
      faults.add(
          new FileFault(
              file,
              value.line(),
              field,
              "Nothing sets the property \""
                  + name
                  + "\""
                  + Suggestion.didYouMean(name, properties),
              "fix the name, or set it with setProperty"));
    }
  }

  private void header(
      String file, Value value, String field, String name, boolean isOpen, List<FileFault> faults) {
    if (headersLowered.contains(name.toLowerCase(Locale.ROOT)) || isCamels(name)) {
      return;
    }
    String meant = Suggestion.didYouMean(name, headers);
    if (!isOpen || !meant.isEmpty()) {
      faults.add(
          new FileFault(
              file,
              value.line(),
              field,
              "Nothing sets the header \"" + name + "\"" + meant,
              "fix the name, or set it with setHeader"));
    }
  }

  private static boolean isCamels(String name) {
    return name.toLowerCase(Locale.ROOT).startsWith(CAMEL);
  }
}
