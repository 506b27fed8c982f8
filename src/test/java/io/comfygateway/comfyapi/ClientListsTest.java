package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.access.Caller;
import io.comfygateway.access.KeyRestrictions;
import io.comfygateway.database.TestSeal;
import io.comfygateway.http.EntriesBody;
import io.comfygateway.job.Draft;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.NewJob;
import io.comfygateway.job.StoreTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists of prompts are bounded: old entries of the history, and late graphs of the queue. */
class ClientListsTest extends StoreTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;
  private ClientPrompts prompts;
  private PromptEntries entries;

  @BeforeEach
  void create() {
    prompts =
        new ClientPrompts(database.jdbc(), database.transaction(), TestJson.MAPPER, new TestSeal());
    entries = new PromptEntries(prompts, queries);
  }

  private UUID add() {
    prompts.numbers().prepare("ann");
    NewJob job = Draft.of("ann").build();
    queue.accept(
        job,
        () ->
            prompts.add(
                new ClientPrompt(
                    job.id(),
                    "ann",
                    job.id(),
                    Optional.empty(),
                    prompts.numbers().next("ann"),
                    clock.instant(),
                    Optional.empty(),
                    false),
                new PromptDetail(List.of("9"), TestJson.MAPPER.createObjectNode())));
    return job.id();
  }

  private void end(UUID id) {
    clock.advance(Duration.ofSeconds(1));
    database
        .transaction()
        .executeWithoutResult(
            tx -> {
              var job = queries.find(id).orElseThrow();
              transitions.finish(job, JobStatus.SUCCEEDED, job.facts());
              prompts.ended(id, clock.instant(), false, Optional.of("{}"));
            });
  }

  private static JsonNode json(Iterator<byte[]> pieces) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (pieces.hasNext()) {
      all.write(pieces.next());
    }
    return TestJson.MAPPER.readTree(all.toByteArray());
  }

  private JsonNode history(long mostBytes) throws IOException {
    return history(mostBytes, null);
  }

  private JsonNode history(long mostBytes, @Nullable String maxItems) throws IOException {
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      Exchange exchange = new DefaultExchange(context);
      new HistoryApi(prompts, entries, TestJson.MAPPER, 100, mostBytes)
          .list(exchange, new Caller("ann", Set.of(), KeyRestrictions.NONE), maxItems, null);
      return json(exchange.getMessage().getBody(EntriesBody.class).entries());
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void a_history_that_would_be_too_long_has_its_newest_entries_the_oldest_of_them_first()
      throws IOException {
    List<String> ids = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      UUID id = add();
      end(id);
      ids.add(id.toString());
    }
    JsonNode all = history(NO_LIMIT);
    int size = all.path(ids.get(3)).toString().length();

    assertThat(names(all)).isEqualTo(ids);
    assertThat(names(history(size * 2L + size / 2))).isEqualTo(ids.subList(2, 4));
    assertThat(names(history(1))).isEqualTo(ids.subList(3, 4));
    assertThat(names(history(NO_LIMIT, "2"))).isEqualTo(ids.subList(2, 4));
    assertThat(names(history(NO_LIMIT, "-1"))).isEmpty();
  }

  @Test
  void a_queue_that_would_be_too_long_lists_every_prompt_and_the_last_ones_without_a_graph()
      throws IOException {
    UUID running = add();
    List<String> waiting = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      waiting.add(add().toString());
    }
    var claim = queue.claim(Map.of("gpu-1", 1), (backend, needs) -> true, 1).get(0);
    assertThat(claim.job().id()).isEqualTo(running);
    transitions.started(running, queries.find(running).orElseThrow().fence());

    JsonNode whole = json(new QueueList(prompts, entries, "ann", List::of, NO_LIMIT));
    int size = whole.at("/queue_pending/0").toString().length();
    JsonNode limited = json(new QueueList(prompts, entries, "ann", List::of, size * 2L));

    for (JsonNode list : List.of(whole, limited)) {
      assertThat(list.at("/queue_running/0/1").asText()).isEqualTo(running.toString());
      assertThat(list.path("queue_pending"))
          .extracting(it -> it.path(1).asText())
          .isEqualTo(waiting);
      assertThat(list.path("queue_pending")).allSatisfy(it -> assertThat(it).hasSize(5));
    }
    assertThat(whole.at("/queue_pending/2/2")).isNotEmpty();
    assertThat(limited.at("/queue_running/0/2")).isNotEmpty();
    assertThat(limited.at("/queue_pending/0/2")).isNotEmpty();
    assertThat(limited.at("/queue_pending/2/2")).isEmpty();
    assertThat(json(new QueueList(prompts, entries, "bob", List::of, NO_LIMIT)))
        .isEqualTo(TestJson.parse("{\"queue_running\": [], \"queue_pending\": []}"));
  }

  @Test
  void a_prompt_that_its_server_refused_ends_with_what_the_server_says() throws IOException {
    UUID id = add();
    ObjectNode nodeErrors =
        TestJson.parse(
            "{\"4\": {\"errors\": [{\"type\": \"value_not_in_list\"}], \"class_type\": \"Loader\"}}");
    JobError why =
        new JobError(
            "prompt_outputs_failed_validation",
            "Node 4 (Loader): Value not in list: ckpt_name",
            Optional.of("4"),
            Optional.of("Loader"),
            Optional.empty(),
            Optional.of(TestJson.parse("{\"type\": \"prompt_outputs_failed_validation\"}")),
            Optional.of(nodeErrors));
    var job = queries.find(id).orElseThrow();
    transitions.finish(job, JobStatus.FAILED, job.facts().withError(why));
    prompts.ended(id, clock.instant(), false, Optional.empty());

    JsonNode entry = history(NO_LIMIT).path(id.toString());

    assertThat(entry.path("node_errors")).isEqualTo(nodeErrors);
    JsonNode last = entry.at("/status/messages/2/1");
    assertThat(entry.at("/status/messages/2/0").asText()).isEqualTo("execution_error");
    assertThat(last.path("node_id").asText()).isEqualTo("4");
    assertThat(last.path("node_type").asText()).isEqualTo("Loader");
    assertThat(last.path("exception_type").asText()).isEqualTo("prompt_outputs_failed_validation");
    assertThat(last.path("exception_message").asText()).contains("ckpt_name");
  }

  @Test
  void a_prompt_that_has_ended_is_in_the_queue_while_its_client_waits_for_that()
      throws IOException {
    UUID ended = add();
    UUID waiting = add();
    UUID job = prompts.find("ann", ended).orElseThrow().job();
    UUID other = prompts.find("ann", waiting).orElseThrow().job();
    end(ended);

    JsonNode list =
        json(new QueueList(prompts, entries, "ann", () -> List.of(job, other), NO_LIMIT));

    assertThat(list.path("queue_pending"))
        .extracting(it -> it.path(1).asText())
        .containsExactly(waiting.toString(), ended.toString());
    assertThat(json(new QueueList(prompts, entries, "bob", () -> List.of(job), NO_LIMIT)))
        .isEqualTo(TestJson.parse("{\"queue_running\": [], \"queue_pending\": []}"));
  }
}
