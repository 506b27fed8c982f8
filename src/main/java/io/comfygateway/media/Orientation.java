package io.comfygateway.media;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How a picture is to be turned before it is shown, as the Exif data of a camera says (Exif 3.0,
 * 4.6.5.1.6).
 *
 * @param value from 1, as it is, to 8
 */
public record Orientation(int value) {
  /** As it is. */
  public static final Orientation UPRIGHT = new Orientation(1);

  private static final int FIRST_SIDEWAYS = 5;
  private static final int LAST = 8;
  private static final int MOST_PARTS = 10_000;
  private static final int MOST_ENTRIES = 500;
  private static final int TAG = 0x0112;
  private static final int SHORT = 3;
  private static final String EXIF = "Exif\0\0";
  private static final int APP1 = 0xE1;
  private static final int START_OF_SCAN = 0xDA;

  /** Whether width and height change places. */
  public boolean isSideways() {
    return value >= FIRST_SIDEWAYS;
  }

  /**
   * Reads that of a file.
   *
   * @param type its media type; only JPEG, WebP and PNG have one
   * @return upright for a picture that says nothing, or whose Exif data is damaged
   */
  public static Orientation of(String type, Path file) throws IOException {
    try (FileBytes in = new FileBytes(file)) {
      return switch (type) {
        case "image/jpeg" -> ofJpeg(in);
        case "image/webp" -> ofWebp(in);
        case "image/png" -> ofPng(in);
        default -> UPRIGHT;
      };
    } catch (EOFException cutOff) {
      return UPRIGHT;
    }
  }

  // Exif data is in the first APP1 segments (JEITA CP-3451, 4.7.2).
  private static Orientation ofJpeg(FileBytes in) throws IOException {
    in.skip(2);
    for (int i = 0; i < MOST_PARTS && in.u8() == 0xFF; i++) {
      int marker = in.u8();
      if (marker == START_OF_SCAN) {
        return UPRIGHT;
      }
      long end = in.position() + Math.max(2, in.big16());
      if (marker == APP1 && end - in.position() > EXIF.length() && EXIF.equals(in.text(6))) {
        return ofExif(in, in.position());
      }
      in.seek(end);
    }
    return UPRIGHT;
  }

  private static Orientation ofWebp(FileBytes in) throws IOException {
    in.skip(12);
    for (int i = 0; i < MOST_PARTS; i++) {
      String chunk = in.text(4);
      long length = in.little32();
      if (chunk.equals("EXIF")) {
        // Some writers keep the prefix that belongs into a JPEG.
        long start = in.position();
        return ofExif(in, EXIF.equals(in.text(6)) ? start + EXIF.length() : start);
      }
      in.skip(length + (length & 1));
    }
    return UPRIGHT;
  }

  private static Orientation ofPng(FileBytes in) throws IOException {
    in.skip(8);
    for (int i = 0; i < MOST_PARTS; i++) {
      long length = in.big32();
      String chunk = in.text(4);
      if (chunk.equals("eXIf")) {
        return ofExif(in, in.position());
      }
      in.skip(length + 4);
    }
    return UPRIGHT;
  }

  // The first directory of a TIFF.
  private static Orientation ofExif(FileBytes in, long start) throws IOException {
    in.seek(start);
    boolean isBig = in.text(2).equals("MM");
    in.skip(2);
    in.seek(start + number32(in, isBig));
    int entries = Math.min(number16(in, isBig), MOST_ENTRIES);
    for (int i = 0; i < entries; i++) {
      int tag = number16(in, isBig);
      int type = number16(in, isBig);
      in.skip(4);
      int value = number16(in, isBig);
      in.skip(2);
      if (tag == TAG) {
        return type == SHORT && value >= 1 && value <= LAST ? new Orientation(value) : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  private static int number16(FileBytes in, boolean isBig) throws IOException {
    return isBig ? in.big16() : in.little16();
  }

  private static long number32(FileBytes in, boolean isBig) throws IOException {
    return isBig ? in.big32() : in.little32();
  }
}
