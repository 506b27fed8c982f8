package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The door of the tutorial in docs/doors.md works as it stands there. */
class OwnDoorTest {
  private static final String BEGIN = "```yaml\n";

  private static String tutorial() throws IOException {
    String page = Files.readString(Path.of("docs/doors.md"));
    int from = page.indexOf(BEGIN, page.indexOf("## Write a door in ten minutes")) + BEGIN.length();
    return page.substring(from, page.indexOf("```", from));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copied = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copied);
        } else {
          Files.copy(file, copied);
        }
      }
    }
  }

  @Test
  void the_door_of_the_tutorial_paints_and_a_file_beyond_the_limit_is_a_link(@TempDir Path folder)
      throws IOException {
    Path routes = folder.resolve("routes");
    copy(Path.of("routes"), routes);
    Files.writeString(routes.resolve("doors/paint.camel.yaml"), tutorial());
    try (Comfy comfy = Comfy.start();
        TestGateway gateway =
            TestGateway.start(
                    folder.resolve("data"),
                    comfy.url(),
                    Map.of(
                        "gateway.doors", "paint,openai",
                        "gateway.door.base64-max-bytes", "0",
                        "gateway.routes-dir", routes.toString()))
                .ready()) {
      assertThat(gateway.server().routeFaults()).isEmpty();
      Answer picture = gateway.post("/paint/txt2img", "{\"text\":\"a red fox\"}");
      assertThat(picture.status()).as(picture.text()).isEqualTo(200);
      assertThat(picture.header("content-type")).isEqualTo("image/png");
      assertThat(gateway.post("/paint/nothing", "{}").json().path("reason").asText())
          .contains("nothing");

      Answer link =
          gateway.post("/v1/images/generations", "{\"model\":\"txt2img\",\"prompt\":\"a cat\"}");
      assertThat(link.json().at("/data/0/url").asText()).contains("/outputs/0?");
      assertThat(link.json().at("/data/0").has("b64_json")).isFalse();
    }
  }
}
