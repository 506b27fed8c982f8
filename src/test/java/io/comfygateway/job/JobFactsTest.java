package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.comfygateway.problem.Warning;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobFactsTest {
  private static final Warning OF_A_NODE = Warning.ofNode("default_filled", "4", "was filled in");
  private static final Warning OF_THE_JOB = Warning.of("texts_cut", "too long");

  private final ObjectMapper json =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();
  private final JobFacts facts =
      JobFacts.of(Map.of(), json.createObjectNode()).withWarnings(List.of(OF_A_NODE, OF_THE_JOB));

  @Test
  void warnings_are_stored_with_code_and_node() throws JsonProcessingException {
    assertThat(json.readValue(json.writeValueAsString(facts), JobFacts.class)).isEqualTo(facts);
  }

  @Test
  void failed_attempts_and_the_prompt_are_stored_and_of_many_attempts_the_last_are_kept()
      throws JsonProcessingException {
    JobFacts many = facts.withPromptText(Optional.of("a lighthouse"));
    for (int n = 0; n < 25; n++) {
      many = many.withFailedAttempt(new JobFacts.FailedAttempt("gpu-1", n, n + 1, "lost"));
    }
    JobFacts read = json.readValue(json.writeValueAsString(many), JobFacts.class);

    assertThat(read.promptText()).contains("a lighthouse");
    assertThat(read.failedAttempts()).hasSize(20);
    assertThat(read.failedAttempts().get(19).sent()).isEqualTo(24);
  }

  @Test
  void warnings_that_the_version_before_stored_are_read() throws JsonProcessingException {
    JobFacts read = json.readValue("{\"warnings\":[\"too long\"]}", JobFacts.class);

    assertThat(read.warnings()).containsExactly(Warning.of("other", "too long"));
  }

  @Test
  void the_version_before_finds_the_warnings_as_texts() throws JsonProcessingException {
    assertThat(json.readTree(json.writeValueAsString(facts)).path("warnings"))
        .hasToString("[\"was filled in\",\"too long\"]");
  }

  @Test
  void the_same_warning_is_kept_once() {
    assertThat(facts.withWarnings(List.of(OF_A_NODE)).warnings()).hasSize(2);
  }
}
