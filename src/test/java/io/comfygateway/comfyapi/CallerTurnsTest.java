package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class CallerTurnsTest {
  private final Queue<Runnable> threads = new ArrayDeque<>();
  private final List<String> done = new ArrayList<>();
  private final CallerTurns turns = new CallerTurns(threads::add);

  private void run(String caller, String task) {
    turns.run(caller, () -> done.add(caller + " " + task));
  }

  private void runAll() {
    while (!threads.isEmpty()) {
      threads.remove().run();
    }
  }

  @Test
  void a_caller_with_many_tasks_holds_up_no_other() {
    for (int task = 1; task <= 100; task++) {
      run("alice", Integer.toString(task));
    }
    run("bob", "1");
    run("bob", "2");
    runAll();

    assertThat(done)
        .hasSize(102)
        .startsWith("alice 1", "bob 1", "alice 2", "bob 2", "alice 3")
        .endsWith("alice 100");
  }

  @Test
  void one_task_of_a_caller_runs_at_a_time() {
    run("alice", "1");
    run("alice", "2");

    assertThat(threads).hasSize(1);
    runAll();
    assertThat(done).containsExactly("alice 1", "alice 2");
    run("alice", "3");
    assertThat(threads).hasSize(1);
  }

  @Test
  void a_task_that_fails_does_not_hold_up_the_next() {
    turns.run(
        "alice",
        () -> {
          throw new IllegalStateException("of the test");
        });
    run("alice", "2");

    assertThatThrownBy(() -> threads.remove().run()).hasMessage("of the test");
    runAll();
    assertThat(done).containsExactly("alice 2");
  }
}
