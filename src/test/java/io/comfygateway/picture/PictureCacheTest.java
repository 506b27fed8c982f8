package io.comfygateway.picture;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Converted pictures take so much room, for so long. */
class PictureCacheTest {
  @TempDir Path place;
  private Path folder;
  private final SettableClock clock = new SettableClock();
  private PictureCache cache;

  @BeforeEach
  void create() {
    folder = place.resolve("pictures");
    cache = cache();
  }

  private PictureCache cache() {
    return new PictureCache(folder, new PictureCache.Rules(3 * 4_096, Duration.ofDays(1)), clock);
  }

  private ConvertedPicture keep(String name, int bytes) throws IOException {
    Path draft = cache.draft();
    Files.write(draft, new byte[bytes]);
    return cache.keep(draft, name, PictureFormat.PNG);
  }

  private boolean has(String name) throws IOException {
    return cache.find(name, PictureFormat.PNG).isPresent();
  }

  @Test
  void what_was_kept_is_found_again_also_by_the_next_process() throws IOException {
    ConvertedPicture kept = keep("a.png", 10);

    assertThat(cache.find("a.png", PictureFormat.PNG)).contains(kept);
    assertThat(cache().find("a.png", PictureFormat.PNG)).contains(kept);
    assertThat(cache.find("b.png", PictureFormat.PNG)).isEmpty();
    assertThat(kept.sha256())
        .isEqualTo("01d448afd928065458cf670b60f5a594d735af0172c8d67f22a81680132681ca");
  }

  @Test
  void what_was_used_least_recently_makes_room() throws IOException {
    for (String name : new String[] {"a.png", "b.png", "c.png"}) {
      keep(name, 33);
      clock.advance(Duration.ofMinutes(1));
    }
    assertThat(has("a.png")).isTrue();
    clock.advance(Duration.ofMinutes(1));

    keep("d.png", 33);

    assertThat(has("b.png")).isFalse();
    assertThat(has("c.png")).isFalse();
    assertThat(has("a.png")).isTrue();
    assertThat(has("d.png")).isTrue();
  }

  @Test
  void the_next_process_knows_how_much_there_is() throws IOException {
    keep("a.png", 8_000);
    clock.advance(Duration.ofMinutes(1));
    cache = cache();

    keep("b.png", 8_000);

    assertThat(has("a.png")).isFalse();
    assertThat(has("b.png")).isTrue();
  }

  @Test
  void what_is_not_used_is_removed_and_so_is_what_was_not_finished() throws IOException {
    keep("a.png", 10);
    keep("b.png", 10);
    Path draft = cache.draft();
    Files.setLastModifiedTime(draft, java.nio.file.attribute.FileTime.from(clock.instant()));
    clock.advance(Duration.ofHours(20));
    assertThat(has("a.png")).isTrue();
    clock.advance(Duration.ofHours(5));

    cache.expire();

    assertThat(has("a.png")).isTrue();
    assertThat(has("b.png")).isFalse();
    assertThat(draft).doesNotExist();
  }

  @Test
  void there_may_be_nothing_to_remove() throws IOException {
    cache.expire();

    assertThat(folder).doesNotExist();
  }
}
