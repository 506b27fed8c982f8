package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The Java steps that the shipped routes call. */
@SharedGateway
class RouteStepsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Camel chooses among overloads by the message at hand, those that are not public included: a
   * step with two methods of its name may call the wrong one.
   */
  @Test
  void the_method_of_a_step_is_the_only_one_of_its_name(TestGateway gateway) throws IOException {
    CamelContext context = gateway.server().context();
    Map<String, List<String>> methods = new TreeMap<>();
    for (Path file : routeFiles()) {
      for (JsonNode step : steps(file)) {
        String name = step.path("method").asText().replaceFirst("\\(.*", "");
        Object bean = context.getRegistry().lookupByName(step.path("ref").asText());
        if (!name.isEmpty() && bean != null) {
          methods.put(step.path("ref").asText() + "." + name, callable(bean.getClass(), name));
        }
      }
    }

    assertThat(methods).hasSizeGreaterThan(200);
    assertThat(methods.values().stream().filter(found -> found.size() != 1)).isEmpty();
  }

  private static List<Path> routeFiles() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("routes"))) {
      return files.filter(file -> file.toString().endsWith(".camel.yaml")).sorted().toList();
    }
  }

  private static List<String> callable(Class<?> type, String name) {
    return Stream.concat(Arrays.stream(type.getDeclaredMethods()), Arrays.stream(type.getMethods()))
        .filter(method -> method.getName().equals(name))
        .filter(method -> !Modifier.isPrivate(method.getModifiers()) && !method.isBridge())
        .map(Method::toString)
        .distinct()
        .toList();
  }

  private static List<JsonNode> steps(Path file) throws IOException {
    Object read = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    return JSON.<JsonNode>valueToTree(read).findParents("ref");
  }
}
