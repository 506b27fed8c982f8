package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.database.DatabaseKind;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many jobs may wait. */
class AdmissionTest extends StoreTest {

  @Test
  void a_caller_with_as_many_waiting_as_allowed_is_refused_and_nobody_else() {
    JobQueue limited = limited(QueueLimits.NONE, 3);
    IntStream.range(0, 3).forEach(n -> accept(limited, "ann"));

    assertThatThrownBy(() -> accept(limited, "ann"))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.type()).isEqualTo(ProblemType.KEY_QUEUE_FULL);
              assertThat(problem.headers()).containsEntry("Retry-After", "10");
              assertThat(problem)
                  .hasMessageContaining("\"ann\" has 3 jobs waiting, and no more than 3 may")
                  .hasMessageContaining("GATEWAY_MAX_WAITING_PER_KEY");
            });
    accept(limited, "bob");
    Claims.first(limited, Map.of("gpu-1", 1));
    accept(limited, "ann");
  }

  @Test
  void a_full_queue_refuses_everybody_until_one_is_given_to_a_backend() {
    JobQueue limited = limited(2, QueueLimits.NONE);
    accept(limited, "ann");
    accept(limited, "bob");

    assertThatThrownBy(() -> accept(limited, "eve"))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.type()).isEqualTo(ProblemType.QUEUE_FULL))
        .hasMessageContaining("2 jobs wait, and no more than 2 may (GATEWAY_MAX_WAITING)");

    Claims.first(limited, Map.of("gpu-1", 1));
    accept(limited, "eve");
  }

  @Test
  void what_was_refused_for_want_of_room_is_told_so_before_it_is_prepared_for_a_second_at_most() {
    JobQueue limited = limited(1, QueueLimits.NONE);
    accept(limited, "ann");
    clock.advance(Duration.ofSeconds(1));
    assertThatThrownBy(() -> limited.requireRoom("ann")).isInstanceOf(Problem.class);

    Claims.first(limited, Map.of("gpu-1", 1));
    clock.advance(Duration.ofSeconds(1));

    limited.requireRoom("ann");
  }

  @Test
  void a_repeated_request_finds_its_job_also_when_the_queue_is_full() {
    JobQueue limited = limited(1, 1);
    Acceptance first = limited.accept(Draft.of("ann").key("k", "hash").build(), () -> {});

    Acceptance again = limited.accept(Draft.of("ann").key("k", "hash").build(), () -> {});

    assertThat(again.replayed()).isTrue();
    assertThat(again.id()).isEqualTo(first.id());
  }

  @Test
  void limits_are_kept_exactly_by_gateways_that_accept_at_the_same_time() {
    List<JobQueue> gateways =
        IntStream.range(0, 4)
            .mapToObj(
                n ->
                    gateway(
                            "gateway-" + n,
                            kind == DatabaseKind.H2 ? database : openOnceMore(),
                            limits(25, 10))
                        .queue())
            .toList();

    List<Long> accepted =
        AtOnce.run(
            8,
            n ->
                IntStream.range(0, 12)
                    .filter(i -> isAccepted(gateways.get(n % 4), "caller-" + n % 2))
                    .count());

    assertThat(accepted.stream().mapToLong(Long::longValue).sum()).isEqualTo(20);
    assertThat(queue.waiting()).isEqualTo(20);
    IntStream.range(0, 5).forEach(n -> accept(gateways.get(n % 4), "late"));
    assertThat(isAccepted(gateways.get(0), "later")).isFalse();
  }

  private JobQueue limited(int all, int each) {
    return gateway("gateway-1", database, limits(all, each)).queue();
  }

  private static QueueLimits limits(int all, int each) {
    return QueueLimits.same(all, new QueueLimits.PerCaller(each, QueueLimits.NONE));
  }

  private static void accept(JobQueue gateway, String owner) {
    gateway.accept(Draft.of(owner).build(), () -> {});
  }

  private static boolean isAccepted(JobQueue gateway, String owner) {
    try {
      accept(gateway, owner);
      return true;
    } catch (Problem full) {
      return false;
    }
  }
}
