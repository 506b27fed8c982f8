package io.comfygateway.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.job.Draft;
import io.comfygateway.job.StoreTest;
import io.comfygateway.media.Dimensions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;

/** What the store knows of outputs. */
class OutputRowsTest extends StoreTest {
  private OutputRows rows;
  private UUID job;

  @BeforeEach
  void openRows() {
    rows = new OutputRows(database.jdbc());
    job = accepted(Draft.of("me")).id();
  }

  @Test
  void an_output_is_read_back_as_it_was_stored() {
    Output image = output(job, 0, Optional.of(new Dimensions(1024, 768)), 1_234_567L);
    Output video = output(job, 1, Optional.empty(), 5_000_000_000L);
    rows.insert(video);
    rows.insert(image);

    assertThat(rows.of(job)).containsExactly(image, video);
    assertThat(rows.find(job, 1)).contains(video);
    assertThat(rows.find(job, 2)).isEmpty();
    assertThat(rows.of(UUID.randomUUID())).isEmpty();
  }

  @Test
  void an_output_is_stored_only_once() {
    rows.insert(output(job, 0, Optional.empty(), 1));

    assertThatThrownBy(() -> rows.insert(output(job, 0, Optional.empty(), 1)))
        .isInstanceOf(DataIntegrityViolationException.class);
  }

  @Test
  void outputs_of_several_jobs_are_read_at_once() {
    UUID other = accepted(Draft.of("me")).id();
    Output one = output(job, 0, Optional.empty(), 1);
    Output two = output(other, 0, Optional.empty(), 2);
    rows.insert(one);
    rows.insert(two);

    assertThat(rows.of(List.of(job, other))).containsExactlyInAnyOrder(one, two);
    assertThat(rows.of(List.of())).isEmpty();
  }

  private static Output output(UUID job, int index, Optional<Dimensions> size, long bytes) {
    return new Output(
        job,
        index,
        new Output.Source("9", "image", "ComfyUI_大きい_.png"),
        new StoredOutput("ab/cd", bytes, "0".repeat(64), "image/png", size),
        Optional.empty());
  }
}
