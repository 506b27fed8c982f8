package io.comfygateway.route;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The operations of {@code openapi.json}: the path of each, and where each reads each of its
 * parameters. Paths are matched byte by byte, so that a proxy's rule for {@code /keys} holds for
 * everything that is answered as {@code /keys}.
 */
public final class Contract {
  private static final String DOCUMENT = "/openapi.json";
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "patch", "head", "options", "trace");

  private final List<Path> paths;

  /** Where a request carries a parameter. */
  public enum Place {
    PATH,
    QUERY,
    HEADER
  }

  /**
   * A parameter of an operation.
   *
   * @param isPath whether its value in the path may go over several segments: {@code
   *     x-multi-segment} in the document, since OpenAPI 3.0 has no word for it
   * @param isMap whether it is a query parameter for each field, {@code name.field=value}
   */
  public record Parameter(String name, Place place, boolean isMap, boolean isPath) {
    /** Whether a request that uses a name in this parameter's place means this parameter. */
    public boolean isNamed(String candidate) {
      return isMap ? candidate.startsWith(name + ".") : candidate.equals(name);
    }
  }

  /**
   * An operation.
   *
   * @param hasBody whether its requests may have a body
   */
  public record Operation(
      String id, String method, String path, List<Parameter> parameters, boolean hasBody) {
    /** Its parameters of one place. */
    public List<Parameter> of(Place place) {
      return parameters.stream().filter(parameter -> parameter.place() == place).toList();
    }
  }

  /**
   * A request's path in the contract.
   *
   * @param operations those of the path, by method in capitals
   * @param path the path with each parameter in one segment, {@code /} in a value as {@code %2F}
   * @param values the values of the path's parameters, decoded
   */
  public record Match(Map<String, Operation> operations, String path, Map<String, String> values) {
    /** The operation of a method; a {@code HEAD} is as a {@code GET} (RFC 9110, section 9.3.2). */
    public Optional<Operation> operation(String method) {
      return Optional.ofNullable(operations.get("HEAD".equals(method) ? "GET" : method));
    }
  }

  /**
   * A path of the contract.
   *
   * @param open the segment of the parameter that may go over several; -1 if there is none
   */
  private record Path(List<String> segments, Map<String, Operation> operations, int open) {
    /** The segments of a request, of which one takes all that the others leave where it may. */
    Optional<List<String>> fit(List<String> wanted) {
      int more = wanted.size() - segments.size();
      if (more == 0) {
        return Optional.of(wanted);
      }
      if (open < 0 || more < 0) {
        return Optional.empty();
      }
      List<String> fitted = new ArrayList<>(wanted.subList(0, open));
      fitted.add(String.join("%2F", wanted.subList(open, open + more + 1)));
      fitted.addAll(wanted.subList(open + more + 1, wanted.size()));
      return Optional.of(fitted);
    }

    long literals() {
      return segments.stream().filter(segment -> !isParameter(segment)).count();
    }
  }

  private Contract(List<Path> paths) {
    this.paths =
        paths.stream().sorted(Comparator.comparingLong(Path::literals).reversed()).toList();
  }

  /** The contract that comes with the gateway, read once. */
  public static Contract shipped() {
    return Shipped.CONTRACT;
  }

  private static final class Shipped {
    static final Contract CONTRACT = read();
  }

  private static Contract read() {
    try (InputStream in = Contract.class.getResourceAsStream(DOCUMENT)) {
      return of(new ObjectMapper().readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException("the contract " + DOCUMENT + " cannot be read", e);
    }
  }

  /** The contract of an OpenAPI 3 document. */
  static Contract of(JsonNode document) {
    List<Path> paths = new ArrayList<>();
    for (var path : document.path("paths").properties()) {
      Map<String, Operation> operations = new LinkedHashMap<>();
      for (var operation : path.getValue().properties()) {
        if (METHODS.contains(operation.getKey())) {
          String method = operation.getKey().toUpperCase(Locale.ROOT);
          List<Parameter> parameters = new ArrayList<>();
          add(document, path.getValue(), parameters);
          add(document, operation.getValue(), parameters);
          operations.put(
              method,
              new Operation(
                  operation.getValue().path("operationId").asText(),
                  method,
                  path.getKey(),
                  List.copyOf(parameters),
                  operation.getValue().has("requestBody")));
        }
      }
      List<String> segments = segments(path.getKey());
      int open =
          operations.values().stream()
              .flatMap(operation -> operation.of(Place.PATH).stream())
              .filter(Parameter::isPath)
              .mapToInt(parameter -> segments.indexOf("{" + parameter.name() + "}"))
              .findFirst()
              .orElse(-1);
      paths.add(new Path(segments, operations, open));
    }
    return new Contract(paths);
  }

  private static void add(JsonNode document, JsonNode owner, List<Parameter> parameters) {
    for (JsonNode entry : owner.path("parameters")) {
      String ref = entry.path("$ref").asText("");
      JsonNode parameter = ref.isEmpty() ? entry : document.at(ref.substring(1));
      String place = parameter.path("in").asText().toUpperCase(Locale.ROOT);
      if (!"COOKIE".equals(place)) {
        parameters.add(
            new Parameter(
                parameter.path("name").asText(),
                Place.valueOf(place),
                "object".equals(parameter.path("schema").path("type").asText()),
                parameter.path("x-multi-segment").asBoolean(false)));
      }
    }
  }

  /** All operations. */
  public List<Operation> operations() {
    return paths.stream().flatMap(path -> path.operations().values().stream()).toList();
  }

  /**
   * Finds a request's path.
   *
   * @param path as sent in the request, without the query
   */
  public Optional<Match> match(String path) {
    if (!path.startsWith("/")) {
      return Optional.empty();
    }
    List<String> wanted = segments(path);
    for (Path candidate : paths) {
      Optional<List<String>> fitted = candidate.fit(wanted);
      Optional<Map<String, String>> values = fitted.flatMap(it -> values(candidate, it));
      if (values.isPresent()) {
        String canonical = "/" + String.join("/", fitted.get());
        return Optional.of(new Match(candidate.operations(), canonical, values.get()));
      }
    }
    return Optional.empty();
  }

  private static Optional<Map<String, String>> values(Path template, List<String> wanted) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      String segment = template.segments().get(i);
      if (isParameter(segment)) {
        String value = decoded(wanted.get(i));
        boolean isFit =
            i == template.open()
                ? isPlain(value) && !value.startsWith("/") && !value.endsWith("/")
                : !isDots(value);
        if (value.isEmpty() || !isFit) {
          return Optional.empty();
        }
        values.put(segment.substring(1, segment.length() - 1), value);
      } else if (!segment.equals(wanted.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }

  /**
   * Whether a path that a route of one's own listens at could be one of the contract's, which are
   * asked first.
   *
   * @param path such as {@code /mine/{id}}
   */
  public boolean reserves(String path) {
    List<String> wanted = segments(path);
    return paths.stream()
        .anyMatch(
            reserved -> {
              Optional<List<String>> fitted = reserved.fit(wanted);
              boolean same = fitted.isPresent();
              for (int i = 0; same && i < fitted.get().size(); i++) {
                String own = fitted.get().get(i);
                String segment = reserved.segments().get(i);
                same = isParameter(own) || isParameter(segment) || own.equals(segment);
              }
              return same;
            });
  }

  /**
   * Whether a path has one reading only: no empty segment within it, and none that leads to another
   * folder, also percent-encoded.
   */
  public static boolean isPlain(String path) {
    List<String> segments = segments(path);
    for (int i = 0; i < segments.size(); i++) {
      boolean isLast = i == segments.size() - 1;
      if ((segments.get(i).isEmpty() && !isLast) || isDots(decoded(segments.get(i)))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDots(String segment) {
    return ".".equals(segment) || "..".equals(segment);
  }

  private static boolean isParameter(String segment) {
    return segment.startsWith("{") && segment.endsWith("}");
  }

  private static List<String> segments(String path) {
    String relative = path.startsWith("/") ? path.substring(1) : path;
    return List.of(relative.split("/", -1));
  }

  // As a path, in which a plus is a plus; empty for what cannot be decoded.
  private static String decoded(String segment) {
    try {
      return QueryStringDecoder.decodeComponent(segment.replace("+", "%2B"));
    } catch (IllegalArgumentException malformed) {
      return "";
    }
  }
}
