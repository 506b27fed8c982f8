package io.comfygateway.media;

import io.comfygateway.workflow.FileKind;
import io.comfygateway.workflow.InputType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an input file of a job must be. Its bytes alone decide; what its sender, its name or its
 * server say about it does not count.
 *
 * @param maxBytes how large a file may be
 * @param maxPixels how many pixels a picture may have in all of its frames, by its header: a small
 *     file can unpack to more than the memory of a machine
 * @param maxFiles how many input files a job may have
 */
public record FileRules(long maxBytes, long maxPixels, int maxFiles) {
  private static final int HEAD = 64 * 1024;
  // What Pillow, and so ComfyUI, opens everywhere, and whose size can be read here.
  static final Set<String> IMAGES =
      Set.of("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp");
  private static final String ACCEPTED_IMAGES = "send PNG, JPEG, WebP, GIF or BMP";

  /** Common picture formats that not every ComfyUI opens, with what to do. */
  private static final Map<String, String> ADVICE =
      Map.of(
          "image/heic",
              "a HEIC picture, as iPhones take them, and ComfyUI may not open it; save it as JPEG or"
                  + " PNG and send that (on the iPhone: Settings, Camera, Formats, Most Compatible)",
          "image/avif",
              "an AVIF picture, and ComfyUI may not open it; save it as PNG, JPEG or WebP and send"
                  + " that",
          "image/tiff",
              "a TIFF picture, and ComfyUI may not show it correctly; save it as PNG and send"
                  + " that");

  /**
   * The media type of a file that fits an input.
   *
   * @param kind the input's: image, audio, video or any file
   * @param accepts what a file of the last kind may be
   * @param filename its name, which decides where formats share their first bytes
   * @throws UnfitFileException where it does not fit; the message continues "the file …"
   */
  public String typeOf(InputType kind, Set<FileKind> accepts, String filename, Path file)
      throws IOException, UnfitFileException {
    long bytes = Files.size(file);
    if (bytes == 0) {
      throw new UnfitFileException("is empty");
    }
    if (bytes > maxBytes) {
      throw new UnfitFileException("has more than " + maxBytes + " bytes");
    }
    byte[] head = head(file);
    Optional<String> seen = ContentTypes.ofBytes(head);
    Set<FileKind> kinds = kind == InputType.FILE ? FileKinds.of(file, head, seen) : Set.of();
    boolean fits =
        kind == InputType.FILE
            ? !Collections.disjoint(kinds, accepts)
            : fits(kind, seen.orElse(""));
    if (!fits && kind == InputType.IMAGE && seen.filter(ADVICE::containsKey).isPresent()) {
      throw new UnfitFileException("is " + ADVICE.get(seen.get()));
    }
    if (!fits) {
      String found = what(head, head.length == bytes, seen, kinds);
      throw new UnfitFileException(
          "is "
              + found
              + (found.contains(", ") ? ", and not " : " by its bytes, not ")
              + expected(kind, accepts));
    }
    if (seen.filter(IMAGES::contains).isPresent()) {
      checkImage(seen.get(), file);
    }
    if (!kinds.contains(FileKind.ARCHIVE)) {
      refuseTail(seen.orElse("text"), file);
    }
    return kinds.contains(FileKind.TEXT)
        ? ContentTypes.ofText(filename, kinds.contains(FileKind.JSON))
        : ContentTypes.of(filename, head);
  }

  private static boolean fits(InputType kind, String type) {
    return switch (kind) {
      case IMAGE -> IMAGES.contains(type);
      // ComfyUI's audio nodes read the sound of videos as well.
      case AUDIO -> type.startsWith("audio/") || type.startsWith("video/");
      case VIDEO ->
          type.startsWith("video/") || type.equals("audio/ogg") || type.equals("image/gif");
      default -> true;
    };
  }

  private static String expected(InputType kind, Set<FileKind> accepts) {
    return switch (kind) {
      case IMAGE -> "a picture of an accepted format; " + ACCEPTED_IMAGES;
      case AUDIO -> "sound; send MP3, WAV, FLAC, Ogg, AAC or a video";
      case VIDEO -> "a video; send MP4, WebM, Matroska, QuickTime, AVI or GIF";
      default ->
          "what this input takes: "
              + accepts.stream().sorted().map(FileKind::word).collect(Collectors.joining(", "));
    };
  }

  private static String what(
      byte[] head, boolean isWhole, Optional<String> seen, Set<FileKind> kinds) {
    return seen.filter(type -> !type.startsWith("application/"))
        .or(() -> HarmfulContent.of(head, isWhole))
        .or(() -> seen)
        .or(() -> kinds.stream().sorted().map(FileKind::word).findFirst())
        .orElse("of no known kind");
  }

  private void checkImage(String type, Path file) throws IOException, UnfitFileException {
    ImageExtent extent = ImageScan.of(type, file);
    if (extent.pixels() > maxPixels) {
      throw new UnfitFileException(
          "has %d x %d pixels%s, and at most %d pixels are allowed; scale it down"
              .formatted(
                  extent.width(),
                  extent.height(),
                  extent.frames() == 1 ? "" : " in each of " + extent.frames() + " frames",
                  maxPixels));
    }
  }

  private static void refuseTail(String type, Path file) throws IOException, UnfitFileException {
    if (TrailingArchive.isBehind(file)) {
      throw new UnfitFileException("is " + type + " and a zip archive in one");
    }
    Optional<String> tail = FileTail.of(type, file);
    if (tail.isPresent()) {
      throw new UnfitFileException("is " + type + ", and " + tail.get() + " follows its end");
    }
  }

  private static byte[] head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(HEAD);
    }
  }
}
