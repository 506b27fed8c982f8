package io.comfygateway.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Stage;
import io.comfygateway.output.Output;
import io.comfygateway.output.StoredOutput;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys a template makes, and which templates can make none. */
class KeyTemplateTest {
  private static final UUID ID = UUID.fromString("0d5a6b2e-6f0a-4c38-9a51-3f2b8f0f7c11");
  private static final Instant CREATED = Instant.parse("2026-02-28T23:59:59Z");

  @ParameterizedTest
  @CsvSource({
    "{job}/{index}-{filename}, 0d5a6b2e-6f0a-4c38-9a51-3f2b8f0f7c11/2-a_b.PNG",
    "{date}/{sha256}.{extension}, 2026-03-01/abc.png",
    "{year}/{month}/{day}/{sha256}, 2026/03/01/abc",
    "{workflow}/{caller}/{kind}/{node}/{sha256}, txt2img/alice/image/9_1/abc",
    "{prefix}{sha256}, team/b/abc",
    "x/{prefix}{sha256}, x/team/b/abc",
    "{metadata.project}/{metadata.missing}/{sha256}, _cats_dogs/none/abc"
  })
  void fields_are_replaced_by_values_that_are_safe_in_a_key(String template, String key) {
    assertThat(KeyTemplate.of(template).of(job(), output("a b.PNG"), "team/b")).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{job}/{index}/",
        "/{job}/{index}",
        "{job}//{index}",
        "../{job}/{index}",
        "{job}/./{index}",
        "a\\{job}{index}",
        "{job}{index}{",
        "{job}{index}}",
        "{jbo}/{index}",
        "{metadata.}/{job}{index}",
        "x{prefix}{job}{index}"
      })
  void a_template_that_cannot_make_keys_is_refused(String template) {
    assertThatThrownBy(() -> KeyTemplate.of(template)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{job}/{filename}", "{index}.png", "latest.png", "{date}/{caller}"})
  void a_template_that_gives_two_outputs_one_key_is_refused(String template) {
    assertThatThrownBy(() -> KeyTemplate.of(template)).hasMessageContaining("the same key");
  }

  @Test
  void a_key_that_no_store_takes_is_refused() {
    ObjectNode metadata = TestJson.MAPPER.createObjectNode();
    metadata.put("long", "\u00fc".repeat(100));
    String template = "{metadata.long}/".repeat(8) + "{sha256}";
    assertThatThrownBy(() -> KeyTemplate.of(template).of(job(metadata), output("a.png"), ""))
        .isInstanceOf(KeyTooLongException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "a//b", "../a", "a/..", "a\u0000", "a\\b"})
  void a_prefix_that_cannot_begin_a_key_says_why(String prefix) {
    assertThat(KeyTemplate.whyNoPrefix(prefix)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a/", "team a/June & \u00e9+%/"})
  void a_prefix_of_folders_is_taken_as_it_is(String prefix) {
    assertThat(KeyTemplate.whyNoPrefix(prefix)).isEmpty();
  }

  private static Job job() {
    return job(TestJson.MAPPER.createObjectNode().put("project", "../cats/dogs"));
  }

  private static Job job(ObjectNode metadata) {
    return new Job(
        ID,
        1,
        "alice",
        Optional.of("txt2img@3"),
        JobStatus.SUCCEEDED,
        Stage.DONE,
        0,
        new Job.Place(Optional.of("a"), 1, 1),
        new Job.Times(
            CREATED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(CREATED.plusSeconds(2)),
            Optional.empty()),
        Optional.empty(),
        false,
        JobFacts.of(Map.of(), metadata),
        Optional.empty(),
        Optional.empty());
  }

  private static Output output(String filename) {
    return new Output(
        ID,
        2,
        new Output.Source("9:1", "image", filename),
        new StoredOutput("ab/cd", 3, "abc", "image/png", Optional.empty()),
        Optional.empty());
  }
}
