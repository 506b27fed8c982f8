package io.comfygateway.media;

import java.io.IOException;
import java.util.Set;

/** PNG and APNG: chunks of length, type, data and checksum (ISO/IEC 15948, section 5.3). */
final class PngScan extends ImageScan {
  private static final int PALETTE = 3;
  // Java's reader skips the other chunks of a picture without a palette. With one it keeps all but
  // these; the numbers of an sPLT chunk take up to four times its bytes, and each chunk has
  // objects.
  private static final Set<String> SKIPPED = Set.of("IDAT", "iTXt", "zTXt");
  private static final int MOST_FOR_BYTE = 4;
  private static final int FOR_CHUNK = 128;

  PngScan(FileBytes in) {
    super("image/png", in);
  }

  @Override
  void walk() throws IOException, UnfitFileException {
    in.skip(8);
    boolean hasData = false;
    long animated = 0;
    long controls = 0;
    boolean hasPalette = false;
    String chunk = "";
    for (boolean first = true; !"IEND".equals(chunk); first = false) {
      long length = in.big32();
      chunk = in.text(4);
      if (first && "CgBI".equals(chunk)) {
        throw new UnfitFileException(
            "is a PNG in Apple's own form (CgBI), which only Xcode and iOS read; save it as plain PNG");
      }
      if (first && !"IHDR".equals(chunk)) {
        throw damaged("it does not begin with its header");
      }
      long end = in.position() + length;
      switch (chunk) {
        // A decoder uses the second one.
        case "IHDR" -> {
          seen(in.big32(), in.big32());
          in.skip(1);
          hasPalette |= in.u8() == PALETTE;
        }
        case "IDAT" -> hasData = true;
        case "acTL" -> animated = Math.max(animated, in.big32());
        case "fcTL" -> {
          controls++;
          in.skip(4);
          long width = in.big32();
          long height = in.big32();
          seen(width + in.big32(), height + in.big32());
        }
        default -> {}
      }
      if (hasPalette && !SKIPPED.contains(chunk)) {
        kept(MOST_FOR_BYTE * length + FOR_CHUNK);
      }
      in.seek(Math.max(end, in.position()));
      in.skip(4);
    }
    if (!hasData) {
      throw damaged(EMPTY);
    }
    frames = Math.max(1, Math.max(animated, controls));
  }
}
