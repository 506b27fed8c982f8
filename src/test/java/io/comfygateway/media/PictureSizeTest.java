package io.comfygateway.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.workflow.InputType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Pictures count as large as they unpack to, with all their frames. */
class PictureSizeTest extends JudgedFiles {
  @Test
  void a_picture_that_unpacks_to_too_much_is_refused_by_its_header() throws Exception {
    assertThat(typeOf(InputType.IMAGE, "a", png(100, 100, 1))).isEqualTo("image/png");
    refused(InputType.IMAGE, png(100, 101, 1), "100 x 101 pixels, and at most 10000");
    refused(InputType.IMAGE, png(50_000, 50_000, 1), "50000 x 50000");
    refused(InputType.FILE, png(Integer.MAX_VALUE, Integer.MAX_VALUE, 1), "pixels");
  }

  @Test
  void the_frames_of_a_picture_that_moves_count_together() throws Exception {
    assertThat(typeOf(InputType.IMAGE, "a", png(10, 10, 100))).isEqualTo("image/png");
    refused(InputType.IMAGE, png(10, 10, 101), "10 x 10 pixels in each of 101 frames");
    refused(InputType.IMAGE, gif(100, 100, 2), "in each of 2 frames");
    assertThat(typeOf(InputType.VIDEO, "a", gif(10, 10, 100))).isEqualTo("image/gif");
  }

  @Test
  void a_frame_that_is_larger_than_the_screen_of_its_GIF_counts_as_large_as_it_is() {
    byte[] one = gif(10, 10, 1);
    byte[] many = gif(10, 10, 20);
    for (byte[] gif : new byte[][] {one, many}) {
      for (int at = 13; at + 9 < gif.length; at++) {
        if (gif[at] == 0x2C) {
          ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN).putShort(at + 5, (short) 13_000);
          ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN).putShort(at + 7, (short) 13_000);
          at += 14;
        }
      }
    }

    refused(InputType.IMAGE, one, "has 13000 x 13000 pixels, ");
    refused(InputType.VIDEO, many, "13000 x 13000 pixels in each of 20 frames");
    byte[] moved = gif(10, 10, 1);
    ByteBuffer.wrap(moved).order(ByteOrder.LITTLE_ENDIAN).putShort(14, (short) 60_000);
    refused(InputType.IMAGE, moved, "60010 x 10 pixels");
  }

  @Test
  void a_second_header_and_frames_beyond_the_canvas_of_a_PNG_count() {
    byte[] small = png(10, 10, 1);
    byte[] header = Arrays.copyOfRange(png(5_000, 5_000, 1), 8, 33);
    byte[] two = with(with(Arrays.copyOf(small, 33), header), tail(small, 33));
    refused(InputType.IMAGE, two, "5000 x 5000");

    byte[] control =
        chunk("fcTL", ByteBuffer.allocate(26).putInt(0).putInt(4_000).putInt(10).putInt(0));
    byte[] frame = with(with(Arrays.copyOf(small, 33), control), tail(small, 33));
    refused(InputType.IMAGE, frame, "4000 x 10");
  }

  @Test
  void the_frames_of_a_WebP_count_as_large_as_they_are() throws Exception {
    byte[] webp = image("animated-37x23.webp");
    int frame = new String(webp, ISO_8859_1).indexOf("ANMF") + 8;
    webp[frame + 7] = 127; // the second byte of the width less one

    refused(InputType.IMAGE, webp, " x 23 pixels in each of");
  }

  @Test
  void the_pictures_that_a_JPEG_lists_count_together() throws Exception {
    byte[] one = image("progressive-37x23.jpg");

    assertThat(typeOf(InputType.IMAGE, "a", mpo(one, 2, true))).isEqualTo("image/jpeg");
    assertThat(typeOf(InputType.IMAGE, "a", mpo(one, 2, false))).isEqualTo("image/jpeg");
    refused(InputType.IMAGE, mpo(one, 31, true), "37 x 23 pixels in each of 31 frames");
    refused(InputType.IMAGE, mpo(one, 31, false), "37 x 23 pixels in each of 31 frames");
    refused(InputType.IMAGE, mpo(one, 101, true), "lists more than 100 pictures");
  }

  // An MPF segment behind the start mark that lists more pictures, each the first again or one
  // that stands behind it.
  private static byte[] mpo(byte[] jpeg, int pictures, boolean again) {
    int segment = 4 + 4 + 8 + 2 + 12 + 4 + 16 * pictures;
    ByteBuffer list = ByteBuffer.allocate(segment);
    list.putShort((short) 0xFFE2).putShort((short) (segment - 2)).put("MPF\0".getBytes(UTF_8));
    list.put("MM\0*".getBytes(UTF_8)).putInt(8).putShort((short) 1);
    list.putShort((short) 0xB002).putShort((short) 7).putInt(16 * pictures).putInt(26).putInt(0);
    for (int i = 0; i < pictures; i++) {
      int offset = again || i == 0 ? 0 : jpeg.length + segment - 2 - 8;
      list.putInt(0).putInt(jpeg.length).putInt(offset).putInt(0);
    }
    byte[] first = with(with(Arrays.copyOf(jpeg, 2), list.array()), tail(jpeg, 2));
    return again ? first : with(first, jpeg);
  }
}
