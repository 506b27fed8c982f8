package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every shipped route and example, against the schema by which visual editors read Camel YAML. */
class RouteSchemaTest {
  private static final JsonSchema SCHEMA = schema();

  private static JsonSchema schema() {
    try (InputStream in = RouteSchemaTest.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
          .getSchema(in, SchemaValidatorsConfig.builder().build());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<Path> files() throws IOException {
    List<Path> roots =
        Stream.of("routes", "examples").map(Path::of).filter(Files::isDirectory).toList();
    List<Path> found = new java.util.ArrayList<>();
    for (Path root : roots) {
      try (Stream<Path> files = Files.walk(root)) {
        files
            .filter(file -> file.getFileName().toString().matches(".*\\.camel\\.yaml(\\.example)?"))
            .forEach(found::add);
      }
    }
    return found.stream().sorted().toList();
  }

  private static List<String> faults(String text) {
    return SCHEMA.validate(text, InputFormat.YAML).stream().map(Object::toString).toList();
  }

  @ParameterizedTest
  @MethodSource("files")
  void a_shipped_file_is_valid(Path file) throws IOException {
    assertThat(faults(Files.readString(file))).isEmpty();
  }

  @Test
  void a_step_that_Camel_does_not_have_is_no_valid_route() {
    assertThat(
            faults(
                """
                - route:
                    from:
                      uri: direct:x
                      steps:
                        - bane:
                            ref: x
                """))
        .isNotEmpty();
  }
}
