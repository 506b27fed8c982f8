package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoTest {
  private final AtomicInteger taken = new AtomicInteger();

  @Test
  void a_step_is_taken_once_and_gives_all_the_same() {
    Memo<Integer> memo = new Memo<>();

    assertThat(memo.get(taken::incrementAndGet)).isEqualTo(1);
    assertThat(memo.get(taken::incrementAndGet)).isEqualTo(1);
  }

  @Test
  void a_step_that_refuses_is_taken_once_and_refuses_all() {
    Memo<Integer> memo = new Memo<>();
    Problem refused = new Problem(ProblemType.INVALID_WORKFLOW, "no");

    for (int row = 0; row < 3; row++) {
      assertThatThrownBy(
              () ->
                  memo.get(
                      () -> {
                        taken.incrementAndGet();
                        throw refused;
                      }))
          .isSameAs(refused);
    }
    assertThat(taken).hasValue(1);
  }
}
