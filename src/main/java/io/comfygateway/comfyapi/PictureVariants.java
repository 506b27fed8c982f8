package io.comfygateway.comfyapi;

import io.comfygateway.files.LocalFile;
import io.comfygateway.picture.AlphaChannel;
import io.comfygateway.picture.ConvertedPicture;
import io.comfygateway.picture.PictureCache;
import io.comfygateway.picture.PictureEncoder;
import io.comfygateway.picture.PictureFormat;
import io.comfygateway.picture.PictureMetadata;
import io.comfygateway.picture.PixelBudget;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.upload.CallerFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The variants of a picture that {@code /view} offers: {@code preview=jpeg;80}, and {@code
 * channel=rgb} or {@code a}. Where this machine cannot write WebP, a {@code webp} preview is a
 * JPEG, or a PNG if the picture has an alpha channel. Each form is made once and kept for a while.
 */
public final class PictureVariants {
  private static final Logger LOG = LoggerFactory.getLogger(PictureVariants.class);
  private static final Set<String> READABLE =
      Set.of("image/png", "image/jpeg", "image/gif", "image/bmp");
  private static final int USUAL_QUALITY = 90;

  private static final Duration WAIT = Duration.ofSeconds(5);

  // Each holds a thread of the HTTP routes.
  private static final int MOST_WAITING = 3;

  // One conversion at a time in the whole process, which bounds the memory.
  private final PixelBudget memory;
  private final VariantDecoder decoder;
  private final PictureCache cache;
  private final Duration wait;
  private final Semaphore waiting = new Semaphore(MOST_WAITING);

  /**
   * Makes it.
   *
   * @param memory for all pictures that the gateway decodes; a larger picture is sent as it is
   * @param cache where the forms are kept
   */
  public PictureVariants(PixelBudget memory, PictureCache cache) {
    this(memory, cache, WAIT);
  }

  /**
   * Makes it.
   *
   * @param wait how long a conversion waits for the one before it
   */
  PictureVariants(PixelBudget memory, PictureCache cache, Duration wait) {
    this.memory = memory;
    this.decoder = new VariantDecoder(memory);
    this.cache = cache;
    this.wait = wait;
  }

  /** How many pixels of 32 bits a picture that is decoded may have. */
  int mostPixels() {
    return memory.pixels();
  }

  /**
   * What a query asks for.
   *
   * @param channel the only channels that are shown; empty for all
   * @param quality of a JPEG, from 1 to 100
   */
  private record Form(boolean isPreview, boolean asJpeg, String channel, int quality) {
    static Optional<Form> of(String preview, String channel) {
      boolean isPart = channel.equals("rgb") || channel.equals("a");
      if (preview.isEmpty() && !isPart) {
        return Optional.empty();
      }
      String[] parts = preview.split(";", -1);
      String last = parts[parts.length - 1];
      int quality = last.matches("\\d{1,3}") ? Integer.parseInt(last) : USUAL_QUALITY;
      return Optional.of(
          new Form(
              !preview.isEmpty(),
              parts[0].equals("jpeg") || channel.equals("rgb"),
              isPart ? channel : "",
              Math.min(100, Math.max(1, quality))));
    }

    // Of the bytes of a picture, whoever has it.
    String name(CallerFile file, PictureFormat format) {
      String form = isPreview ? (asJpeg ? "jpeg-" : "any-") + quality : channel;
      return "view-%s-%s.%s".formatted(file.sha256(), form, format.word());
    }
  }

  /**
   * The variant that the query requests.
   *
   * @return empty if no variant is requested, the file is not a picture that can be decoded here,
   *     or other conversions take too long or too many wait
   */
  Optional<ConvertedPicture> other(CallerFile file, String preview, String channel)
      throws IOException {
    Optional<Form> form =
        READABLE.contains(file.contentType()) ? Form.of(preview, channel) : Optional.empty();
    if (form.isEmpty()) {
      return Optional.empty();
    }
    Optional<ConvertedPicture> kept = kept(file, form.get());
    if (kept.isPresent() || !isMyTurn()) {
      return kept;
    }
    try {
      // Another request may have made it meanwhile.
      kept = kept(file, form.get());
      return kept.isPresent() ? kept : made(file, form.get());
    } finally {
      memory.leaveAll();
    }
  }

  private Optional<ConvertedPicture> kept(CallerFile file, Form form) throws IOException {
    for (PictureFormat format : PictureFormat.values()) {
      Optional<ConvertedPicture> kept = cache.find(form.name(file, format), format);
      if (kept.isPresent()) {
        return kept;
      }
    }
    return Optional.empty();
  }

  private Optional<ConvertedPicture> made(CallerFile file, Form form) throws IOException {
    BufferedImage image = decoder.picture(file);
    if (image == null) {
      return Optional.empty();
    }
    if (!form.isPreview()) {
      return Optional.of(written(part(image, form), PictureFormat.PNG, file, form));
    }
    if (form.asJpeg()) {
      return Optional.of(written(AlphaChannel.removed(image), PictureFormat.JPEG, file, form));
    }
    if (Math.max(image.getWidth(), image.getHeight()) > PictureFormat.WEBP.longestSide()) {
      return Optional.of(withoutWebp(image, file, form));
    }
    try {
      return Optional.of(written(image, PictureFormat.WEBP, file, form));
    } catch (RuntimeException | LinkageError failed) {
      // There is no native library of WebP for every machine.
      LOG.debug("preview cannot be written as WebP", failed);
      return Optional.of(withoutWebp(image, file, form));
    }
  }

  private ConvertedPicture withoutWebp(BufferedImage image, CallerFile file, Form form)
      throws IOException {
    return image.getColorModel().hasAlpha()
        ? written(image, PictureFormat.PNG, file, form)
        : written(AlphaChannel.removed(image), PictureFormat.JPEG, file, form);
  }

  private ConvertedPicture written(
      BufferedImage image, PictureFormat format, CallerFile file, Form form) throws IOException {
    Path draft = cache.draft();
    try {
      PictureEncoder.write(image, format, form.quality(), PictureMetadata.NONE, draft);
      return cache.keep(draft, form.name(file, format), format);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static BufferedImage part(BufferedImage image, Form form) {
    return form.channel().equals("a") ? AlphaChannel.only(image) : AlphaChannel.removed(image);
  }

  /**
   * A picture with the alpha channel of a mask, as PNG; empty if they do not fit together.
   *
   * @return a file that is deleted when it is closed
   * @throws Problem BUSY if other conversions take too long or too many wait
   */
  Optional<LocalFile> masked(CallerFile picture, Path mask) throws IOException {
    if (!isMyTurn()) {
      throw new Problem(
              ProblemType.BUSY, "Other pictures are being converted. Send this one again later.")
          .withHeader("Retry-After", String.valueOf(WAIT.toSeconds()));
    }
    try {
      BufferedImage image = AlphaChannel.argb(decoder.picture(picture));
      BufferedImage alpha = image == null ? null : decoder.mask(mask);
      if (image == null
          || alpha == null
          || image.getWidth() != alpha.getWidth()
          || image.getHeight() != alpha.getHeight()) {
        return Optional.empty();
      }
      AlphaChannel.set(image, alpha);
      LocalFile masked = new LocalFile(cache.draft(), true);
      try {
        PictureEncoder.write(
            image, PictureFormat.PNG, USUAL_QUALITY, PictureMetadata.NONE, masked.path());
        return Optional.of(masked);
      } catch (IOException | RuntimeException failed) {
        masked.close();
        throw failed;
      }
    } finally {
      memory.leaveAll();
    }
  }

  private boolean isMyTurn() {
    if (!waiting.tryAcquire()) {
      return false;
    }
    try {
      return memory.takeAll(wait);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiting.release();
    }
  }
}
