package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A body of entries has one of them in memory at a time, and all bodies share one budget. */
class EntriesBodyTest {
  private static final int LONG = 100_000;
  private final MemoryBudget budget = new MemoryBudget(150_000);
  private Vertx vertx;
  private WorkerExecutor workers;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    workers = vertx.createSharedWorkerExecutor("readers", 2);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private EntriesBody.Pieces open(String... entries) throws Exception {
    Iterator<byte[]> bytes =
        Stream.of(entries).map(text -> text.getBytes(StandardCharsets.UTF_8)).iterator();
    return new EntriesBody(bytes)
        .open(workers, budget, () -> new Problem(ProblemType.BUSY, "no room"))
        .toCompletionStage()
        .toCompletableFuture()
        .get();
  }

  private static String rest(EntriesBody.Pieces pieces) {
    Buffer all = Buffer.buffer();
    for (Buffer piece = pieces.next(); piece.length() > 0; piece = pieces.next()) {
      all.appendBuffer(piece);
    }
    return all.toString();
  }

  @Test
  void small_entries_go_together_and_long_ones_in_pieces() throws Exception {
    String text = "x".repeat(LONG);

    assertThat(open("a", "b", "c").next().toString()).isEqualTo("abc");
    EntriesBody.Pieces pieces = open("a", text, "b");
    String first = pieces.next().toString();
    assertThat(first).hasSizeLessThan(LONG);
    assertThat(first + rest(pieces)).isEqualTo("a" + text + "b");
    assertThat(rest(open())).isEmpty();
  }

  @Test
  void a_body_finds_no_room_while_another_holds_a_long_entry_and_finds_it_again_later()
      throws Exception {
    String text = "x".repeat(LONG);
    EntriesBody.Pieces slow = open("a", text);

    assertThatThrownBy(() -> open(text))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(Problem.class);
    assertThat(open("small").next().toString()).isEqualTo("small");

    slow.close();
    slow.close();
    for (String entry : List.of(text, text)) {
      EntriesBody.Pieces pieces = open(entry);
      assertThat(rest(pieces)).isEqualTo(entry);
      pieces.close();
    }
  }
}
