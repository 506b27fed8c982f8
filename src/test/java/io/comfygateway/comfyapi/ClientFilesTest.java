package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A client sees a file under a name that no other job's file has. */
class ClientFilesTest {
  private static final UUID JOB = UUID.fromString("0a1b2c3d-0000-4000-8000-000000000001");

  private static JsonNode named(String outputs) {
    return ClientFiles.named(JOB, TestJson.parse(outputs));
  }

  @Test
  void the_job_is_the_last_part_of_the_subfolder() {
    assertThat(
            named(
                """
                {"9": {"images": [{"filename": "a.png", "subfolder": "", "type": "output"}],
                       "animated": [true]},
                 "7": {"gifs": [{"filename": "b.gif", "subfolder": "x/y", "type": "temp"}]}}
                """))
        .isEqualTo(
            TestJson.parse(
                """
                {"9": {"images": [{"filename": "a.png", "subfolder": "%s", "type": "output"}],
                       "animated": [true]},
                 "7": {"gifs": [{"filename": "b.gif", "subfolder": "x/y/%s", "type": "temp"}]}}
                """
                    .formatted(JOB, JOB)));
  }

  @Test
  void inputs_and_texts_keep_their_names() {
    String same =
        """
        {"9": {"images": [{"filename": "a.png", "subfolder": "s", "type": "input"}],
               "text": ["scene.glb", "hello"]}}
        """;

    assertThat(named(same)).isEqualTo(TestJson.parse(same));
  }

  @Test
  void a_model_named_by_a_bare_string_is_renamed_too() {
    assertThat(
            named("{\"9\": {\"result\": [\"mesh/scene.glb\", null]}}").at("/9/result/0").asText())
        .isEqualTo("mesh/" + JOB + "/scene.glb");
  }

  @Test
  void the_origin_is_read_back() {
    assertThat(ClientFiles.origin(JOB.toString())).contains(new ClientFiles.Origin(JOB, ""));
    assertThat(ClientFiles.origin("x/y/" + JOB)).contains(new ClientFiles.Origin(JOB, "x/y"));
    assertThat(ClientFiles.origin("x/y")).isEqualTo(Optional.empty());
    assertThat(ClientFiles.origin(JOB + "/x")).isEmpty();
    assertThat(ClientFiles.origin(JOB.toString().toUpperCase(java.util.Locale.ROOT))).isEmpty();
  }
}
