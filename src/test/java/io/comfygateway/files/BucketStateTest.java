package io.comfygateway.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.SettableClock;
import io.comfygateway.store.StoreUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BucketStateTest extends BucketTest {

  private final SettableClock clock = new SettableClock();
  private final Deque<Runnable> checks = new ArrayDeque<>();
  private BucketState state;

  @BeforeEach
  void make() {
    state = state(new FreeSpace(Set.of(folder), 0), checks::add, clock);
  }

  @Test
  void nobody_who_asks_waits_for_the_check_and_only_one_runs_at_a_time() {
    bucket.away();

    assertThat(state.fault()).isEmpty();
    assertThat(state.fault()).isEmpty();
    assertThat(checks).hasSize(1);

    checks.remove().run();
    assertThat(state.fault())
        .contains("the bucket of files cannot be used: the S3 server takes no connection");
    assertThat(state.isDown()).isTrue();
    assertThatThrownBy(state::require).isInstanceOf(StoreUnavailableException.class);
    assertThat(checks).isEmpty();
  }

  @Test
  void it_is_checked_again_after_a_while_and_at_once_after_a_failure() {
    state.fault();
    checks.remove().run();
    state.fault();
    assertThat(checks).isEmpty();

    state.explain(new IOException("a request failed"));
    state.fault();
    checks.remove().run();

    clock.advance(Duration.ofSeconds(5));
    state.fault();
    assertThat(checks).hasSize(1);
  }

  @Test
  void another_mark_or_none_is_a_fault() throws IOException {
    bucket.folder().put(BucketState.MARK, "files-2".getBytes(UTF_8));
    state.fault();
    checks.remove().run();
    assertThat(state.fault())
        .hasValueSatisfying(reason -> assertThat(reason).contains("not the one that it was"));

    bucket.folder().delete(BucketState.MARK);
    assertThat(BucketState.markOf(bucket.folder())).isEmpty();
    assertThat(state.isThere()).isFalse();
  }
}
