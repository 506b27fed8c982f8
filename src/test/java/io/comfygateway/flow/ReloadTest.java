package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routes that are edited while the gateway works. */
class ReloadTest {
  @TempDir Path place;

  private Path copyOfRoutes() throws IOException {
    Path routes = Files.createDirectories(place.resolve("routes"));
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, routes.resolve(file.getFileName()));
      }
    }
    return routes;
  }

  @Test
  void routes_are_edited_under_load_and_nothing_accepted_is_lost() throws Exception {
    Path routes = copyOfRoutes();
    try (Comfy comfy = Comfy.start();
        TestGateway gateway =
            TestGateway.start(
                    place.resolve("data"),
                    comfy.url(),
                    Map.of("gateway.routes-dir", routes.toString()))
                .ready()) {
      List<String> ids = new ArrayList<>();
      for (String name : new String[] {"webhook", "run", "collect"}) {
        Path file = routes.resolve(name + ".camel.yaml");
        Files.writeString(file, Files.readString(file) + "\n# edited\n");
        for (int n = 0; n < 15; n++) {
          Answer answer = gateway.post("/webhook/txt2img", "{\"inputs\":{\"prompt\":\"a\"}}");
          assertThat(answer.status()).as(answer.text()).isEqualTo(202);
          ids.add(answer.id());
        }
      }
      for (String id : ids) {
        gateway.await(id, "succeeded");
        assertThat(comfy.runs(id)).isEqualTo(1);
      }
    }
  }

  @Test
  void a_broken_file_leaves_the_old_routes_serving_and_shows_until_it_is_mended() throws Exception {
    Path routes = copyOfRoutes();
    Path file = routes.resolve("webhook.camel.yaml");
    String good = Files.readString(file);
    try (Comfy comfy = Comfy.start();
        TestGateway gateway =
            TestGateway.start(
                    place.resolve("data"),
                    comfy.url(),
                    Map.of("gateway.routes-dir", routes.toString()))
                .ready()) {
      Files.writeString(file, good.replace("ref: intake", "ref: nobody"));
      await().until(() -> gateway.get("/health/ready").status() == 503);
      assertThat(gateway.get("/health/ready").text()).contains("webhook.camel.yaml");
      assertThat(gateway.post("/webhook/smoke?respond=result", "{}").status()).isEqualTo(200);

      Files.writeString(file, good + "\n# mended\n");
      await().until(() -> gateway.get("/health/ready").status() == 200);
    }
  }
}
