package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VideoMemoryTest {
  private static Optional<VideoMemory> of(String devices) throws JsonProcessingException {
    return VideoMemory.of(
        new ObjectMapper().readTree("{\"devices\": %s}".formatted(devices.replace('\'', '"'))));
  }

  @Test
  void the_memory_of_all_cards_is_added_up() throws JsonProcessingException {
    assertThat(
            of(
                "[{'type': 'cuda', 'vram_total': 24, 'vram_free': 20},"
                    + " {'type': 'cuda', 'vram_total': 24, 'vram_free': 4}]"))
        .contains(new VideoMemory(48, 24));
  }

  @Test
  void a_processor_has_none_and_odd_answers_are_no_memory() throws JsonProcessingException {
    assertThat(of("[{'type': 'cpu', 'vram_total': 24, 'vram_free': 20}]")).isEmpty();
    assertThat(of("[]")).isEmpty();
    assertThat(of("[{'type': 'cuda', 'vram_total': -1, 'vram_free': 'much'}, 7]")).isEmpty();
    assertThat(of("'none'")).isEmpty();
  }

  @Test
  void no_more_is_free_than_there_is() throws JsonProcessingException {
    assertThat(of("[{'type': 'xpu', 'vram_total': 8, 'vram_free': 9}]"))
        .contains(new VideoMemory(8, 8));
  }
}
