package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import io.comfygateway.route.RouteText.Part;
import io.comfygateway.route.RouteText.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.internal.javacc.ParseException;
import net.thisptr.jackson.jq.internal.javacc.Token;
import org.apache.camel.CamelContext;
import org.apache.camel.language.jq.JqFunctions;

/**
 * Whether each jq expression of a route file compiles, and calls only functions that there are. The
 * library looks a function up when it is called, so a misspelt one would fail the first request.
 */
final class JqRule {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{[^{}]*\\}\\}");
  private static final String JQ = "jq";

  // The numbers of arguments that each takes; none for any number.
  private final Map<String, Set<String>> functions = new TreeMap<>();

  /**
   * Makes a rule.
   *
   * @param context has the functions that are registered beside jq's own
   */
  JqRule(CamelContext context) {
    Scope scope = Scope.newEmptyScope();
    JqFunctions.load(context, scope);
    JqFunctions.loadLocal(scope);
    for (String signature : scope.getLocalFunctions().keySet()) {
      String[] parts = signature.split("/", 2);
      Set<String> numbers = functions.computeIfAbsent(parts[0], name -> new TreeSet<>());
      if (parts.length > 1) {
        numbers.add(parts[1]);
      }
    }
  }

  /** The faults of a file. */
  List<FileFault> faults(String file, RouteText text) {
    List<FileFault> faults = new ArrayList<>();
    for (Part part : text.parts()) {
      boolean named =
          part.name().equals(JQ)
              || part.name().equals("language")
                  && part.value("language").filter(it -> it.text().equals(JQ)).isPresent();
      part.value(named ? "expression" : JQ)
          .filter(value -> !value.text().startsWith("resource:"))
          .ifPresent(
              value ->
                  faults.addAll(faults(file, part.name().isEmpty() ? JQ : part.name(), value)));
    }
    return faults;
  }

  private List<FileFault> faults(String file, String field, Value value) {
    String expression = PLACEHOLDER.matcher(value.text()).replaceAll("null");
    try {
      JsonQuery.compile(expression, Versions.JQ_1_6);
    } catch (StackOverflowError e) {
      return List.of(
          new FileFault(
              file,
              value.line(),
              field,
              "The jq expression does not compile: it nests too deep",
              "split it"));
    } catch (JsonQueryException e) {
      return List.of(
          new FileFault(
              file,
              value.line(),
              field,
              "The jq expression does not compile" + where(e),
              "fix the expression"));
    }
    List<FileFault> faults = new ArrayList<>();
    for (JqCalls.Call call : JqCalls.of(expression)) {
      lack(call)
          .ifPresent(
              lack ->
                  faults.add(new FileFault(file, value.line(), field, lack, "fix the expression")));
    }
    return faults;
  }

  private Optional<String> lack(JqCalls.Call call) {
    Set<String> numbers = functions.get(call.name());
    if (numbers == null) {
      return Optional.of(
          "jq has no function \""
              + call.name()
              + "\""
              + Suggestion.didYouMean(call.name(), functions.keySet()));
    }
    return numbers.isEmpty() || numbers.contains(String.valueOf(call.arguments()))
        ? Optional.empty()
        : Optional.of(
            "The jq function \"%s\" is given %d arguments and takes %s"
                .formatted(call.name(), call.arguments(), String.join(" or ", numbers)));
  }

  private static String where(JsonQueryException failed) {
    if (!(failed.getCause() instanceof ParseException parse) || parse.currentToken == null) {
      return "";
    }
    Token next = parse.currentToken.next;
    if (next == null || next.kind == 0) {
      return ": it ends too early";
    }
    return ": \"%s\" does not fit at line %d, column %d"
        .formatted(next.image, next.beginLine, next.beginColumn);
  }
}
