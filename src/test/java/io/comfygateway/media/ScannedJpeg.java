package io.comfygateway.media;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/** Progressive JPEG files of little data: black, with as many scans as wanted. */
public final class ScannedJpeg {
  private ScannedJpeg() {}

  /**
   * Such a file.
   *
   * @param components at most 4, none of them subsampled
   * @param scans how many scans it has beside the first
   */
  public static byte[] of(int width, int height, int components, int scans) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    hex(out, "ffd8ffdb004300");
    out.writeBytes(new byte[64]);
    hex(out, "ffc2%04x08%04x%04x%02x".formatted(8 + 3 * components, height, width, components));
    for (int id = 1; id <= components; id++) {
      hex(out, "%02x1100".formatted(id));
    }
    // Two tables with one code of one bit each: "no difference", and "a run of blocks ends here".
    hex(out, "ffc400140001" + "00".repeat(15) + "00");
    hex(out, "ffc400141001" + "00".repeat(15) + "00");
    int blocks = (width + 7) / 8 * ((height + 7) / 8);
    hex(out, "ffda%04x%02x".formatted(6 + 2 * components, components));
    for (int id = 1; id <= components; id++) {
      hex(out, "%02x00".formatted(id));
    }
    hex(out, "000000");
    out.writeBytes(new byte[(blocks * components + 7) / 8]);
    for (int scan = 0; scan < scans; scan++) {
      hex(out, "ffda000801%02x00013f00".formatted(scan % components + 1));
      out.writeBytes(new byte[(blocks + 7) / 8]);
    }
    hex(out, "ffd9");
    return out.toByteArray();
  }

  private static void hex(ByteArrayOutputStream out, String digits) {
    out.writeBytes(HexFormat.of().parseHex(digits));
  }
}
