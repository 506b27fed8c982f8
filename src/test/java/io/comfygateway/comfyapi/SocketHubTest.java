package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.access.Caller;
import io.comfygateway.database.TestSeal;
import io.comfygateway.http.MemoryBudget;
import io.comfygateway.http.OutgoingFrame;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.StoreTest;
import io.comfygateway.pool.FrameListener;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who gets which frames, on the stores of one gateway. */
class SocketHubTest extends StoreTest {
  private static final String FEATURES =
      "{\"type\":\"feature_flags\",\"data\":{\"supports_preview_metadata\":true}}";

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final List<Runnable> delayed = new ArrayList<>();
  private final List<String> passedOn = new ArrayList<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private final List<String> statements = new ArrayList<>();
  private boolean isBusy;
  private String failing = "nothing";
  private ClientPrompts prompts;
  private SocketHub hub;

  /** A client's socket, and what came over it. */
  private static final class Client implements ClientSessions.Receiver {
    private final List<JsonNode> frames = new ArrayList<>();

    @Override
    public void send(OutgoingFrame frame) {
      try {
        frames.add(
            frame instanceof OutgoingFrame.Text text
                ? TestJson.MAPPER.readTree(text.text())
                : TestJson.MAPPER.createObjectNode().put("type", "binary"));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    List<String> types() {
      return frames.stream().map(frame -> frame.path("type").asText()).toList();
    }

    int remaining() {
      JsonNode last =
          frames.stream()
              .filter(frame -> frame.path("type").asText().equals("status"))
              .reduce((first, second) -> second)
              .orElseThrow();
      return last.at("/data/status/exec_info/queue_remaining").asInt();
    }
  }

  @BeforeEach
  void create() {
    prompts =
        new ClientPrompts(
            watched(database.jdbc()), database.transaction(), TestJson.MAPPER, new TestSeal());
    hub =
        new SocketHub(
            prompts,
            queries,
            () ->
                new ClusterEvents() {
                  @Override
                  public void happened(UUID job) {}

                  @Override
                  public void cancelling() {}

                  @Override
                  public void listening() {}

                  @Override
                  public void progress(UUID job, String progress) {}

                  @Override
                  public void frame(UUID job, String text) {
                    passedOn.add(text);
                  }
                },
            new PoolFeatures(1),
            caller -> !caller.name().equals("plain"),
            TestJson.MAPPER,
            clock,
            new HeldLimits(1_000_000, 1_000_000, PATIENCE),
            new SocketHub.Later() {
              @Override
              public void run(Runnable task) {
                if (isBusy) {
                  waiting.add(task);
                } else {
                  task.run();
                }
              }

              @Override
              public void run(Duration after, Runnable task) {
                delayed.add(task);
              }
            });
  }

  /** Notes the statements, and fails at those that contain {@link #failing}. */
  private JdbcClient watched(JdbcClient jdbc) {
    return (JdbcClient)
        Proxy.newProxyInstance(
            JdbcClient.class.getClassLoader(),
            new Class<?>[] {JdbcClient.class},
            (proxy, method, arguments) -> {
              String statement = String.valueOf(arguments[0]);
              statements.add(statement);
              if (statement.contains(failing)) {
                throw new QueryTimeoutException("the database is away");
              }
              return method.invoke(jdbc, arguments);
            });
  }

  private void pass() {
    List<Runnable> due = List.copyOf(delayed);
    delayed.clear();
    due.forEach(Runnable::run);
  }

  private Client connect(String owner, String clientId) {
    Client client = new Client();
    hub.connect(new Caller(owner, Set.of()), clientId, client);
    return client;
  }

  private ClientPrompt post(String owner, String clientId) {
    return new StoredPrompts(queue, prompts, clock)
        .add(owner, UUID.randomUUID(), clientId, List.of(), hub::posting);
  }

  private ClientPrompt answered(ClientPrompt prompt) {
    hub.answered(prompt);
    pass();
    return prompt;
  }

  private void end(ClientPrompt prompt, JobStatus how, String outputs) {
    Job job = queries.find(prompt.job()).orElseThrow();
    database
        .transaction()
        .executeWithoutResult(
            tx -> {
              transitions.finish(job, how, job.facts()).orElseThrow();
              prompts.ended(
                  prompt.job(), clock.instant(), how == JobStatus.CANCELLED, Optional.of(outputs));
            });
    hub.ended(prompt.job());
  }

  private static String frame(String type, UUID job, String node) {
    ObjectNode frame = TestJson.MAPPER.createObjectNode().put("type", type);
    ObjectNode data = frame.putObject("data").put("prompt_id", job.toString());
    if (!node.isEmpty()) {
      data.put("node", node);
    }
    return frame.toString();
  }

  @Test
  void the_first_frame_is_the_callers_own_count_and_its_client_id() {
    answered(post("ann", "tab"));
    answered(post("bob", "tab"));

    Client client = connect("ann", "tab");

    assertThat(client.types()).containsExactly("status");
    assertThat(client.frames.get(0).at("/data/sid").asText()).isEqualTo("tab");
    assertThat(client.remaining()).isEqualTo(1);
    assertThat(connect("ann", "").frames.get(0).at("/data/sid").asText()).isNotEmpty();
  }

  @Test
  void a_prompt_ends_with_its_output_then_the_count_then_nothing_runs() {
    Client client = connect("ann", "tab");
    ClientPrompt prompt = answered(post("ann", "tab"));
    client.frames.clear();

    end(
        prompt,
        JobStatus.SUCCEEDED,
        "{\"9\":{\"images\":[{\"filename\":\"a.png\",\"subfolder\":\"\",\"type\":\"output\"}]}}");

    assertThat(client.types())
        .containsExactly(
            "execution_start",
            "execution_cached",
            "executed",
            "execution_success",
            "status",
            "executing");
    assertThat(client.remaining()).isZero();
    JsonNode last = client.frames.get(5).path("data");
    assertThat(last.path("node").isNull()).isTrue();
    assertThat(last.path("prompt_id").asText()).isEqualTo(prompt.promptId().toString());
    assertThat(client.frames.get(2).at("/data/output/images/0/subfolder").asText())
        .isEqualTo(prompt.job().toString());
  }

  @Test
  void a_failure_of_the_gateways_own_ends_like_that_of_a_node() {
    Client client = connect("ann", "tab");
    ClientPrompt failed = answered(post("ann", "tab"));
    ClientPrompt cancelled = answered(post("ann", "tab"));
    client.frames.clear();

    end(failed, JobStatus.FAILED, "{}");
    end(cancelled, JobStatus.CANCELLED, "{}");

    assertThat(client.types())
        .containsExactly(
            "execution_start",
            "execution_cached",
            "execution_error",
            "status",
            "executing",
            "execution_start",
            "execution_cached",
            "execution_interrupted",
            "status",
            "executing");
    assertThat(client.frames.get(2).at("/data/exception_message").isTextual()).isTrue();
  }

  @Test
  void a_prompt_that_its_POST_answer_refuses_gets_no_frames() {
    Client client = connect("ann", "tab");
    ClientPrompt prompt = post("ann", "tab");
    client.frames.clear();
    end(prompt, JobStatus.FAILED, "{}");

    prompts.removeRefused(prompt.job());
    hub.refused(prompt);
    answered(prompt);
    hub.ended(prompt.job());
    hub.beat();

    assertThat(client.types()).isNotEmpty().containsOnly("status");
    assertThat(client.remaining()).isZero();
    assertThat(prompts.find("ann", prompt.promptId())).isEmpty();
  }

  @Test
  void the_end_is_sent_once_whoever_reports_it() {
    Client client = connect("ann", "tab");
    ClientPrompt prompt = answered(post("ann", "tab"));
    end(prompt, JobStatus.SUCCEEDED, "{}");
    int sent = client.frames.size();

    hub.ended(prompt.job());
    hub.happened(prompt.job());
    hub.beat();

    assertThat(client.frames).hasSize(sent);
  }

  @Test
  void the_same_client_id_under_another_key_neither_steals_nor_sees() {
    Client anns = connect("ann", "tab");
    Client bobs = connect("bob", "tab");
    Client second = connect("ann", "tab");
    Client other = connect("ann", "another-tab");
    ClientPrompt prompt = answered(post("ann", "tab"));
    hub.connected("gpu").text(frame("executing", prompt.job(), "3"));

    assertThat(anns.types()).startsWith("status", "status").endsWith("executing");
    assertThat(second.types()).startsWith("status", "status").endsWith("executing");
    assertThat(other.types()).containsExactly("status", "status");
    assertThat(bobs.types()).containsExactly("status");
    end(prompt, JobStatus.SUCCEEDED, "{}");
    assertThat(other.types()).containsExactly("status", "status", "status");
    assertThat(bobs.types()).containsExactly("status");
  }

  @Test
  void no_frame_comes_before_the_answer_to_the_request() {
    Client client = connect("ann", "tab");
    ClientPrompt prompt = post("ann", "tab");
    FrameListener.Frames server = hub.connected("gpu");
    server.text(frame("execution_start", prompt.job(), ""));
    end(prompt, JobStatus.SUCCEEDED, "{}");

    assertThat(client.types()).containsExactly("status");
    answered(prompt);
    assertThat(client.types()).contains("execution_start", "execution_success");
  }

  @Test
  void a_client_that_reconnects_is_told_which_node_runs() {
    ClientPrompt prompt = answered(post("ann", "tab"));
    hub.connected("gpu").text(frame("executing", prompt.job(), "3"));

    Client client = connect("ann", "tab");

    assertThat(client.types()).containsExactly("status", "executing");
    assertThat(client.frames.get(1).at("/data/node").asText()).isEqualTo("3");
    assertThat(connect("ann", "another").types()).containsExactly("status");
  }

  @Test
  void frames_while_no_socket_is_open_are_lost_and_the_next_socket_goes_on() {
    Client first = new Client();
    ClientSessions.Member member = hub.connect(new Caller("ann", Set.of()), "tab", first);
    ClientPrompt prompt = answered(post("ann", "tab"));
    hub.disconnect(member);
    FrameListener.Frames server = hub.connected("gpu");
    server.text(frame("execution_start", prompt.job(), ""));
    Client next = connect("ann", "tab");
    server.text(frame("progress", prompt.job(), "3"));

    assertThat(first.types()).containsExactly("status", "status");
    assertThat(next.types()).containsExactly("status", "progress");
  }

  @Test
  void the_count_is_repeated_while_prompts_have_not_ended() {
    Client client = connect("ann", "tab");
    hub.beat();
    assertThat(client.types()).containsExactly("status");
    answered(post("ann", "tab"));
    client.frames.clear();

    hub.beat();
    hub.beat();

    assertThat(client.types()).containsExactly("status", "status");
    assertThat(client.remaining()).isEqualTo(1);
  }

  @Test
  void an_end_that_nobody_reported_is_found() {
    Client client = connect("ann", "tab");
    ClientPrompt prompt = answered(post("ann", "tab"));
    database
        .transaction()
        .executeWithoutResult(
            tx -> {
              Job job = queries.find(prompt.job()).orElseThrow();
              transitions.finish(job, JobStatus.FAILED, job.facts()).orElseThrow();
              prompts.ended(prompt.job(), clock.instant(), false, Optional.empty());
            });

    hub.beat();

    assertThat(client.types()).contains("execution_error", "executing");
  }

  @Test
  void an_end_is_sent_later_if_the_count_could_not_be_read() {
    Client client = connect("ann", "tab");
    ClientPrompt prompt = answered(post("ann", "tab"));
    failing = "COUNT(*)";
    end(prompt, JobStatus.SUCCEEDED, "{}");
    assertThat(client.types()).doesNotContain("execution_success");

    failing = "nothing";
    hub.beat();
    hub.beat();

    assertThat(client.types()).containsOnlyOnce("execution_success", "executing");
  }

  @Test
  void an_end_is_sent_later_if_the_job_could_not_be_read() {
    Client client = connect("ann", "tab");
    ClientPrompt prompt = answered(post("ann", "tab"));
    isBusy = true;
    end(prompt, JobStatus.SUCCEEDED, "{}");
    isBusy = false;
    database.jdbc().sql("ALTER TABLE job RENAME TO job_away").update();
    waiting.forEach(Runnable::run);
    assertThat(client.types()).doesNotContain("execution_success");

    database.jdbc().sql("ALTER TABLE job_away RENAME TO job").update();
    hub.beat();

    assertThat(client.types()).containsOnlyOnce("execution_success", "executing");
  }

  @Test
  void an_end_that_waited_for_the_answer_is_sent_later_if_a_query_fails() {
    Client client = connect("ann", "tab");
    ClientPrompt prompt = post("ann", "tab");
    end(prompt, JobStatus.SUCCEEDED, "{}");
    failing = "COUNT(*)";
    answered(prompt);
    assertThat(client.types()).doesNotContain("execution_success");

    failing = "nothing";
    hub.beat();

    assertThat(client.types()).containsOnlyOnce("execution_success", "executing");
  }

  @Test
  void a_stream_that_was_made_again_after_the_end_is_removed() {
    ClientSessions sessions = new ClientSessions();
    PromptStreams streams =
        new PromptStreams(sessions, (stream, type, frame) -> {}, 1_000, new MemoryBudget(1_000));
    PromptEnds ends =
        new PromptEnds(
            prompts,
            queries,
            sessions,
            streams,
            new QueueStatus(prompts, sessions, streams::untold));
    ClientPrompt prompt = post("ann", "tab");
    streams.of(prompt, true);
    end(prompt, JobStatus.SUCCEEDED, "{}");
    ends.look(prompt.job());

    streams.of(prompt, false);
    ends.look(prompt.job());
    assertThat(streams.find(prompt.job())).isPresent();
    streams.find(prompt.job()).orElseThrow().answered();
    ends.look(prompt.job());

    assertThat(streams.isEmpty()).isTrue();
  }

  @Test
  void a_beat_asks_once_for_all_prompts_of_a_caller() {
    connect("ann", "tab");
    for (int i = 0; i < 3; i++) {
      answered(post("ann", "tab"));
    }
    statements.clear();

    hub.beat();

    assertThat(statements).hasSize(2).noneMatch(statement -> statement.contains(":job"));
  }

  @Test
  void a_caller_whose_beat_still_waits_gets_no_second_one() {
    connect("ann", "tab");
    connect("bob", "tab");
    isBusy = true;

    hub.beat();
    hub.beat();

    assertThat(waiting).hasSize(2);
    isBusy = false;
    waiting.forEach(Runnable::run);
    waiting.clear();
    isBusy = true;
    hub.beat();
    assertThat(waiting).hasSize(2);
  }

  @Test
  void a_prompt_that_was_deleted_while_it_waited_only_changes_the_count() {
    Client client = connect("ann", "tab");
    ClientPrompt prompt = answered(post("ann", "tab"));
    client.frames.clear();
    assertThat(prompts.withdraw(List.of(prompt.job()))).containsExactly(prompt.job());

    end(prompt, JobStatus.CANCELLED, "{}");

    assertThat(client.types()).containsExactly("status");
    assertThat(client.remaining()).isZero();
  }

  @Test
  void a_socket_that_has_gone_before_its_greeting_queries_nothing() {
    Client client = new Client();
    isBusy = true;
    hub.disconnect(hub.connect(new Caller("ann", Set.of()), "tab", client));
    statements.clear();

    while (!waiting.isEmpty()) {
      waiting.remove(0).run();
    }
    assertThat(statements).isEmpty();
    assertThat(client.frames).isEmpty();
  }

  @Test
  void a_client_that_sends_faster_than_it_is_heard_takes_no_memory_for_it() {
    Client client = new Client();
    ClientSessions.Member member = hub.connect(new Caller("ann", Set.of()), "tab", client);
    client.frames.clear();
    isBusy = true;

    for (int n = 0; n < 1_000; n++) {
      hub.heard(member, "{\"type\":\"feature_flags\"}");
    }

    assertThat(waiting).hasSize(1);
    waiting.forEach(Runnable::run);
    waiting.clear();
    assertThat(client.types()).containsExactly("feature_flags");
    hub.heard(member, "{\"type\":\"feature_flags\"}");
    assertThat(waiting).hasSize(1);
  }

  @Test
  void a_key_without_previews_gets_results_and_no_previews() {
    Client client = connect("plain", "tab");
    ClientPrompt prompt = answered(post("plain", "tab"));
    FrameListener.Frames server = hub.connected("gpu");
    client.frames.clear();
    for (String type : List.of("image/jpeg", "image/png")) {
      String metadata =
          "{\"prompt_id\":\"%s\",\"image_type\":\"%s\"}".formatted(prompt.job(), type);
      server.binary(
          Buffer.buffer()
              .appendInt(4)
              .appendInt(metadata.length())
              .appendString(metadata)
              .appendString("PICTURE"));
    }
    server.text(frame("executing", prompt.job(), "9"));

    assertThat(client.types())
        .containsExactly("execution_start", "execution_cached", "binary", "executing");
  }

  @Test
  void features_are_answered_after_the_first_status() {
    Client client = new Client();
    ClientSessions.Member member = hub.connect(new Caller("ann", Set.of()), "tab", client);
    hub.heard(member, FEATURES);
    hub.heard(member, "no JSON");
    hub.heard(member, "{\"type\":\"other\"}");

    assertThat(client.types()).containsExactly("status", "feature_flags");
    assertThat(client.frames.get(1).at("/data/max_upload_size").asInt()).isEqualTo(1);
  }

  @Test
  void short_frames_are_passed_on_to_other_gateways_and_progress_seldom() {
    ClientPrompt prompt = answered(post("ann", "tab"));
    FrameListener.Frames server = hub.connected("gpu");
    server.text(frame("execution_start", prompt.job(), ""));
    server.text(frame("progress", prompt.job(), "3"));
    server.text(frame("progress", prompt.job(), "3"));
    server.text(frame("executing", prompt.job(), "x".repeat(9_000)));

    assertThat(passedOn).hasSize(2);
  }

  @Test
  void a_frame_of_another_gateway_reaches_the_socket_here() {
    ClientPrompt prompt = post("ann", "tab");
    clock.advance(Duration.ofSeconds(1));
    Client client = connect("ann", "tab");
    answered(prompt);
    client.frames.clear();

    hub.frame(prompt.job(), frame("executing", prompt.job(), "3"));
    hub.frame(UUID.randomUUID(), frame("executing", prompt.job(), "3"));

    assertThat(client.types()).containsExactly("execution_start", "execution_cached", "executing");
    assertThat(client.frames.get(2).at("/data/prompt_id").asText())
        .isEqualTo(prompt.promptId().toString());
  }

  private static List<String> ends(Client client) {
    return client.frames.stream()
        .filter(frame -> frame.at("/data/node").isNull())
        .map(frame -> frame.at("/data/prompt_id").asText())
        .toList();
  }

  @Test
  void the_count_includes_a_prompt_whose_end_waits_for_that_of_an_earlier_one() {
    Client client = connect("ann", "tab");
    ClientPrompt first = answered(post("ann", "tab"));
    ClientPrompt second = answered(post("ann", "tab"));
    Client other = connect("ann", "another");
    end(second, JobStatus.SUCCEEDED, "{}");
    hub.beat();
    assertThat(prompts.countUnfinished("ann")).isEqualTo(1);
    assertThat(client.remaining()).isEqualTo(2);
    assertThat(ends(client)).isEmpty();
    assertThat(hub.awaited("ann")).containsExactly(second.job());
    assertThat(hub.awaited("bob")).isEmpty();
    client.frames.clear();

    end(first, JobStatus.SUCCEEDED, "{}");

    assertThat(hub.awaited("ann")).isEmpty();
    assertThat(ends(client))
        .containsExactly(first.promptId().toString(), second.promptId().toString());
    assertThat(
            client.frames.stream()
                .filter(frame -> frame.path("type").asText().equals("status"))
                .map(frame -> frame.at("/data/status/exec_info/queue_remaining").asInt()))
        .containsExactly(1, 0);
    assertThat(other.remaining()).isZero();
  }

  @Test
  void a_prompt_that_was_deleted_gives_up_its_turn() {
    Client client = connect("ann", "tab");
    ClientPrompt first = answered(post("ann", "tab"));
    ClientPrompt second = answered(post("ann", "tab"));
    end(second, JobStatus.SUCCEEDED, "{}");
    prompts.withdraw(List.of(first.job()));

    end(first, JobStatus.CANCELLED, "{}");

    assertThat(ends(client)).containsExactly(second.promptId().toString());
    assertThat(client.remaining()).isZero();
  }

  @Test
  void a_prompt_that_waits_for_a_server_holds_up_others_for_a_while_only() {
    Client client = connect("ann", "tab");
    ClientPrompt away = answered(post("ann", "tab"));
    ClientPrompt second = answered(post("ann", "tab"));
    end(second, JobStatus.SUCCEEDED, "{}");
    hub.beat();
    assertThat(ends(client)).isEmpty();

    clock.advance(PATIENCE);
    hub.beat();
    assertThat(ends(client)).containsExactly(second.promptId().toString());
    end(away, JobStatus.SUCCEEDED, "{}");

    assertThat(ends(client))
        .containsExactly(second.promptId().toString(), away.promptId().toString());
  }

  @Test
  void an_end_that_was_held_back_when_the_gateway_stopped_is_sent_after_a_restart() {
    ClientPrompt first = answered(post("ann", "tab"));
    ClientPrompt second = answered(post("ann", "tab"));
    ClientPrompt foreign = answered(post("ann", "another"));
    end(second, JobStatus.SUCCEEDED, "{}");
    end(foreign, JobStatus.SUCCEEDED, "{}");
    create();
    clock.advance(Duration.ofSeconds(1));

    Client client = connect("ann", "tab");
    assertThat(client.remaining()).isEqualTo(2);
    assertThat(client.types()).containsExactly("status");
    end(first, JobStatus.SUCCEEDED, "{}");

    assertThat(ends(client))
        .containsExactly(first.promptId().toString(), second.promptId().toString());
  }
}
