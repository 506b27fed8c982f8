package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.upload.Uploads;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The end of a page of uploads, as callers send it back. */
class UploadCursorTest {
  @Test
  void nothing_of_the_time_is_lost() {
    Uploads.Place place =
        new Uploads.Place(Instant.parse("2026-03-01T12:00:00.123456Z"), UUID.randomUUID());

    assertThat(UploadsApi.cursor(UploadsApi.cursor(place))).contains(place);
  }
}
