package io.comfygateway.custom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStatus;
import io.comfygateway.problem.Warning;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Processor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code direct:custom-result} may make of a job. */
class CustomResultTest {
  private static final String NAME = "custom-result";
  private final CustomFixture fixture = new CustomFixture();

  @AfterEach
  void stop() {
    fixture.camel.stop();
  }

  private static ObjectNode shown(Job job) {
    ObjectNode shown = TestJson.MAPPER.createObjectNode();
    shown.put("status", job.status().word());
    shown.set("metadata", job.facts().metadata());
    shown.put("finished_at", "now");
    return shown;
  }

  private JobFacts ended(Duration longest) {
    CustomResult result =
        new CustomResult(
            (job, outputs) -> shown(job), TestJson.MAPPER, () -> Instant.ofEpochSecond(1));
    result.calls(fixture.camel, new TimeLimitedRoute(fixture.camel, longest));
    return result.of(fixture.job, JobStatus.SUCCEEDED, List.of(), fixture.job.facts());
  }

  private JobFacts ended() {
    return ended(Duration.ofSeconds(30));
  }

  @Test
  void without_a_route_the_facts_are_the_same() {
    assertThat(ended()).isSameAs(fixture.job.facts());
  }

  @Test
  void jq_adds_to_the_metadata_and_nothing_else_changes() throws Exception {
    fixture.route(
        NAME, "- setBody: {jq: '.metadata.bill = .metadata.order * 2 | .status = \"failed\"'}");

    JobFacts facts = ended();

    assertThat(facts.metadata()).isEqualTo(CustomFixture.json("{'order': 7, 'bill': 14}"));
    assertThat(facts.warnings()).isEmpty();
    assertThat(fixture.job.facts().metadata()).isEqualTo(CustomFixture.json("{'order': 7}"));
  }

  @Test
  void the_page_names_the_properties_that_there_are_and_what_may_change() throws Exception {
    AtomicReference<Set<String>> properties = new AtomicReference<>();
    fixture
        .camel
        .getRegistry()
        .bind("look", (Processor) it -> properties.set(CustomRoutesPage.propertiesOf(it)));
    fixture.route(NAME, "- process: {ref: look}");

    ended();

    assertThat(CustomRoutesPage.properties(NAME)).isEqualTo(properties.get());
    assertThat(CustomRoutesPage.changed(NAME)).containsExactly("metadata");
  }

  @Test
  void the_route_sees_the_job_as_it_has_ended() throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    fixture
        .camel
        .getRegistry()
        .bind("look", (Processor) it -> seen.set(it.getMessage().getBody(String.class)));
    fixture.route(NAME, "- process: {ref: look}");

    ended();

    assertThat(TestJson.parse(seen.get()))
        .isEqualTo(CustomFixture.json("{'status': 'succeeded', 'metadata': {'order': 7}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- setBody: {constant: 'not json'}",
        "- setBody: {constant: '{}'}",
        "- setBody: {jq: '.metadata = 1'}",
        "- setBody: {jq: '.metadata.text = \"x\" * 17000'}",
        "- throwException: {exceptionType: java.io.IOException, message: no}",
        "- to: 'http://127.0.0.1:1/'"
      })
  void a_route_that_fails_leaves_the_job_as_it_is_with_a_warning(String step) throws Exception {
    fixture.route(NAME, step);

    JobFacts facts = ended();

    assertThat(facts.metadata()).isEqualTo(fixture.job.facts().metadata());
    assertThat(facts.warnings()).extracting(Warning::code).containsExactly("custom_result_failed");
  }

  @Test
  void a_route_that_takes_too_long_is_not_waited_for() throws Exception {
    fixture.route(NAME, "- delay: {constant: '60000'}");

    assertThat(ended(Duration.ofMillis(20)).warnings())
        .extracting(Warning::code)
        .containsExactly("custom_result_failed");
  }
}
