package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.flow.CallbackInbox.Received;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Somebody with a key and a receiver of callbacks of their own, who gives jobs to whichever gateway
 * answers, as one does through a load balancer: a request without an answer is made again with its
 * {@code Idempotency-Key}.
 */
final class Customer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private final String name;
  private final String key;
  private final List<String> events;
  private final Caller caller;
  private final Semaphore room;
  private final CallbackInbox inbox;
  private final List<String> jobs = new ArrayList<>();

  /**
   * Makes one.
   *
   * @param events what they want to be told of each job; one of them is its end
   * @param waiting how many jobs they leave with the gateways at a time
   */
  Customer(String name, List<String> events, int waiting, Cluster cluster) throws IOException {
    this.name = name;
    this.key = keyOf(name);
    this.events = events;
    this.caller = new Caller(cluster::somewhere, key);
    this.room = new Semaphore(waiting * events.size());
    this.inbox =
        CallbackInbox.start(
            n -> {
              room.release();
              // A receiver that is not there now and then.
              return n % 40 == 7 ? 503 : 200;
            });
  }

  static String keyOf(String name) {
    return name + "-0123456789abcdef";
  }

  /** What is ordered: the path of a workflow, and its inputs as the members of a JSON object. */
  record Order(String path, String inputs) {
    /** A picture of one colour. */
    static Order picture(int colour) {
      return new Order("/webhook/smoke", "\"color\":" + colour);
    }
  }

  /** Orders one after the other; when this returns all are accepted. */
  void order(List<Order> orders) {
    for (Order order : orders) {
      String body =
          "{\"inputs\":{%s},\"callback\":{\"url\":\"%s\",\"events\":%s}}"
              .formatted(order.inputs(), inbox.url("/" + name), json(events));
      try {
        assertThat(room.tryAcquire(events.size(), PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .as("the gateways go on with the jobs of " + name)
            .isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      jobs.add(accepted(order.path(), body));
    }
  }

  private String accepted(String path, String body) {
    String idempotencyKey = name + "-" + jobs.size();
    return Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> submitted(path, body, idempotencyKey), Optional::isPresent)
        .orElseThrow();
  }

  private Optional<String> submitted(String path, String body, String idempotencyKey) {
    try {
      Answer answer = caller.post(path, key, body, "Idempotency-Key", idempotencyKey);
      assertThat(answer.status()).as(answer.text()).isIn(202, 503);
      return answer.status() == 202 ? Optional.of(answer.id()) : Optional.empty();
    } catch (UncheckedIOException gatewayDied) {
      return Optional.empty();
    }
  }

  /** The jobs that were accepted. */
  List<String> jobs() {
    return List.copyOf(jobs);
  }

  /** Of how many events of a job they are told. */
  int wishes() {
    return events.size();
  }

  /** How many callbacks have come. */
  int told() {
    return inbox.received().size();
  }

  /**
   * Waits until each job has succeeded and all of its events are delivered. Its outputs are those
   * of the ComfyUI that ran it, each event was told under one {@code webhook-id}, and nothing was
   * told or is listed here that is not this customer's.
   *
   * @param comfys the ComfyUIs by the names that the gateways know them by
   */
  void assertServed(Map<String, Comfy> comfys) {
    Map<String, Ledger> ledgers = new HashMap<>();
    comfys.forEach((backend, comfy) -> ledgers.put(backend, new Ledger(caller, comfy, inbox)));
    for (String id : jobs) {
      JsonNode job = caller.await(id, Customer::isOver);
      assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("succeeded");
      ledgers.get(job.path("backend").asText()).assertOutputs(job);
    }
    Map<String, Set<String>> idsByEvent = new HashMap<>();
    for (Received callback : inbox.received()) {
      assertThat(callback.uri()).isEqualTo("/" + name);
      idsByEvent
          .computeIfAbsent(eventOf(callback), event -> new HashSet<>())
          .add(callback.header("webhook-id"));
    }
    assertThat(idsByEvent.keySet()).containsExactlyInAnyOrderElementsOf(expectedEvents());
    assertThat(idsByEvent.values()).allSatisfy(ids -> assertThat(ids).hasSize(1));
    assertThat(idsByEvent.values().stream().flatMap(Set::stream)).doesNotHaveDuplicates();
    assertThat(listed()).containsExactlyInAnyOrderElementsOf(jobs);
  }

  private static boolean isOver(JsonNode job) {
    return "failed".equals(job.path("status").asText())
        || (job.path("finished_at").isTextual()
            && job.path("deliveries").findValuesAsText("status").stream()
                .allMatch("delivered"::equals));
  }

  private static String eventOf(Received callback) {
    try {
      JsonNode event = callback.json();
      return event.path("data").path("id").asText() + " " + event.path("type").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> expectedEvents() {
    return jobs.stream().flatMap(id -> events.stream().map(event -> id + " job." + event)).toList();
  }

  private List<String> listed() {
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = caller.get("/jobs?limit=200" + cursor).json();
      page.path("jobs").forEach(job -> ids.add(job.path("id").asText()));
      cursor =
          page.path("next_cursor").isTextual()
              ? "&cursor=" + page.path("next_cursor").asText()
              : "";
    } while (!cursor.isEmpty());
    return ids;
  }

  /** To this customer, the jobs of another one do not exist. */
  void assertSeesNothingOf(Customer other) {
    assertThat(other.jobs)
        .allSatisfy(id -> assertThat(caller.get("/jobs/" + id).status()).isEqualTo(404));
  }

  @Override
  public void close() {
    inbox.close();
  }

  private static String json(List<String> words) {
    return TestJson.MAPPER.valueToTree(words).toString();
  }
}
