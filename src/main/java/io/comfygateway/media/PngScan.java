package io.comfygateway.media;

import java.io.IOException;

/** PNG and APNG: chunks of length, type, data and checksum (ISO/IEC 15948, section 5.3). */
final class PngScan extends ImageScan {
  PngScan(FileBytes in) {
    super("image/png", in);
  }

  @Override
  void walk() throws IOException, UnfitFileException {
    in.skip(8);
    boolean hasData = false;
    long animated = 0;
    long controls = 0;
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
        case "IHDR" -> seen(in.big32(), in.big32());
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
      in.seek(Math.max(end, in.position()));
      in.skip(4);
    }
    if (!hasData) {
      throw damaged(EMPTY);
    }
    frames = Math.max(1, Math.max(animated, controls));
  }
}
