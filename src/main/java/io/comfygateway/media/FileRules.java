package io.comfygateway.media;

import io.comfygateway.workflow.InputType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * What a file must be that a job brings along, judged by its bytes alone: what its sender, its name
 * or its server say of it counts for nothing.
 *
 * @param maxBytes how large a file may be
 * @param maxPixels how many pixels a picture may have in all of its frames, by its header: a small
 *     file can unpack to more than a machine's memory
 * @param maxFiles how many files a job may bring along
 */
public record FileRules(long maxBytes, long maxPixels, int maxFiles) {
  // JPEGs of cameras have hundreds of kilobytes before the header with the size.
  private static final int HEAD = 1024 * 1024;
  // What Pillow, and so ComfyUI, opens wherever it runs, and whose size can be read here.
  private static final Set<String> IMAGES =
      Set.of("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp");
  private static final String ACCEPTED_IMAGES = "send PNG, JPEG, WebP, GIF or BMP";

  /**
   * The media type of a file that fits an input.
   *
   * @param kind the input's: image, audio, video or any file
   * @param filename what it is called, which counts where formats share their first bytes
   * @throws UnfitFileException where it does not fit; the message goes on from "the file …"
   */
  public String typeOf(InputType kind, String filename, Path file)
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
    if (!fits(kind, seen.orElse(""))) {
      throw new UnfitFileException(
          "is " + what(head, seen) + " by its bytes, not " + expected(kind));
    }
    if (seen.isEmpty() || kind == InputType.FILE) {
      refuseHarm(head);
    }
    if (seen.filter(type -> type.startsWith("image/")).isPresent()) {
      checkImage(seen.get(), head, file);
    }
    return ContentTypes.of(filename, head);
  }

  private static boolean fits(InputType kind, String type) {
    return switch (kind) {
      case IMAGE -> IMAGES.contains(type);
      // ComfyUI's nodes for sound take the sound of films as well.
      case AUDIO -> type.startsWith("audio/") || type.startsWith("video/");
      case VIDEO ->
          type.startsWith("video/") || type.equals("audio/ogg") || type.equals("image/gif");
      default -> true;
    };
  }

  private static String expected(InputType kind) {
    return switch (kind) {
      case IMAGE -> "a picture that is taken here; " + ACCEPTED_IMAGES;
      case AUDIO -> "sound; send MP3, WAV, FLAC, Ogg, AAC or a video";
      default -> "a video; send MP4, WebM, Matroska, QuickTime, AVI or GIF";
    };
  }

  private static String what(byte[] head, Optional<String> seen) {
    return seen.filter(type -> !type.startsWith("application/"))
        .or(() -> HarmfulContent.of(head))
        .or(() -> seen)
        .orElse("of no known kind");
  }

  private static void refuseHarm(byte[] head) throws UnfitFileException {
    Optional<String> harm = HarmfulContent.of(head);
    if (harm.isPresent()) {
      throw new UnfitFileException("is " + harm.get() + " by its bytes, which is not taken");
    }
  }

  private void checkImage(String type, byte[] head, Path file)
      throws IOException, UnfitFileException {
    Optional<Dimensions> size = Dimensions.of(head);
    if (size.isEmpty()) {
      if (IMAGES.contains(type)) {
        throw new UnfitFileException("is a damaged " + type + ": its header tells no size");
      }
      return;
    }
    long frames = frames(type, file);
    long pixels = (long) size.get().width() * size.get().height();
    if (frames > maxPixels / pixels) {
      throw new UnfitFileException(
          "has %d x %d pixels%s, and at most %d pixels are taken; make it smaller"
              .formatted(
                  size.get().width(),
                  size.get().height(),
                  frames == 1 ? "" : " in each of " + frames + " frames",
                  maxPixels));
    }
    if (TrailingArchive.isBehind(file)) {
      throw new UnfitFileException("is " + type + " and a zip archive in one");
    }
  }

  private static long frames(String type, Path file) throws IOException, UnfitFileException {
    try {
      return ImageFrames.count(type, file);
    } catch (UnfitFileException broken) {
      throw new UnfitFileException("is a damaged " + type + ": " + broken.getMessage());
    }
  }

  private static byte[] head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(HEAD);
    }
  }
}
