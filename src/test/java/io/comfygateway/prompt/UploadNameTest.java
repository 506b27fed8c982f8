package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UploadNameTest {
  private static final UUID JOB = UUID.fromString("22222222-2222-4222-8222-222222222222");

  @Test
  void each_job_has_a_folder_of_its_own() {
    UploadName name = UploadName.of(JOB, "../photo.png");

    assertThat(name).isEqualTo(new UploadName("gateway/" + JOB, "photo.png"));
    assertThat(name.inputValue()).isEqualTo("gateway/" + JOB + "/photo.png");
  }

  @Test
  void a_name_cannot_point_comfyui_at_another_folder() {
    assertThat(UploadName.of(JOB, "photo.png [output]").filename())
        .matches("[0-9a-f]{8}-photo.png__output_");
  }

  @Test
  void names_that_differ_only_in_replaced_characters_stay_apart_and_are_stable() {
    UploadName cat = UploadName.of(JOB, "猫.png");

    assertThat(cat.filename()).matches("[0-9a-f]{8}-_.png");
    assertThat(cat).isEqualTo(UploadName.of(JOB, "猫.png"));
    assertThat(cat).isNotEqualTo(UploadName.of(JOB, "犬.png"));
  }

  @Test
  void the_name_that_comfyui_answers_is_the_one_to_use() {
    var renamed =
        Recordings.body("upload other bytes under the same name without overwrite (it is renamed)");

    assertThat(UploadName.ofAnswer(renamed)).contains(new UploadName("", "photo (1).png"));
    assertThat(UploadName.ofAnswer(Recordings.body("upload to a subfolder")))
        .get()
        .extracting(UploadName::inputValue)
        .isEqualTo("job-1/photo.png");
    assertThat(UploadName.ofAnswer(JsonNodeFactory.instance.objectNode().put("name", 3))).isEmpty();
    assertThat(UploadName.ofAnswer(JsonNodeFactory.instance.nullNode())).isEmpty();
  }
}
