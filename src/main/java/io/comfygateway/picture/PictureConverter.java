package io.comfygateway.picture;

import io.comfygateway.files.LocalFile;
import io.comfygateway.media.Orientation;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.store.StoreState;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Converts pictures on threads of its own, a few at a time, and keeps the results. Requests for the
 * same picture in the same form share one conversion.
 */
public final class PictureConverter {
  private static final int THREADS = 2;
  private static final int MOST_WAITING = 200;
  private static final int MOST_OF_OWNER = 50;

  private final PictureCache cache;
  private final PixelBudget memory;
  private final PictureDecoder reading;
  private final StoreState disk;
  private final ExecutorService threads;
  private final int mostOfOwner;
  private final Map<String, Integer> ofOwners = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<ConvertedPicture>> running =
      new ConcurrentHashMap<>();

  /**
   * Creates the converter.
   *
   * @param memory limits the pixels that are decoded at the same time
   * @param disk whether files can be written
   */
  public PictureConverter(PictureCache cache, PixelBudget memory, StoreState disk) {
    this(cache, memory, disk, MOST_WAITING, MOST_OF_OWNER);
  }

  PictureConverter(
      PictureCache cache, PixelBudget memory, StoreState disk, int mostWaiting, int mostOfOwner) {
    this.cache = cache;
    this.memory = memory;
    this.reading = new PictureDecoder(memory.pixels());
    this.disk = disk;
    this.mostOfOwner = mostOfOwner;
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(mostWaiting),
            task -> {
              Thread thread = new Thread(task, "pictures");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    this.threads = pool;
  }

  /**
   * The converted picture.
   *
   * @return completes when the picture is in the cache; may fail with a Problem as below
   * @throws Problem INVALID_INPUT if the output is no picture that can be converted; BUSY if too
   *     many conversions wait, in all or for the owner of the job
   */
  public CompletableFuture<ConvertedPicture> convert(
      OriginalPicture original, PictureRequest request) throws IOException {
    if (!PictureDecoder.TYPES.contains(original.contentType())) {
      throw PictureDecoder.refused(
          "The output is %s; only PNG, JPEG, WebP, GIF and BMP pictures are converted. Fetch it as it is."
              .formatted(original.contentType()));
    }
    PictureFormat format = request.formatOf(original.contentType());
    String name =
        "%s-%s.%s"
            .formatted(
                original.name(),
                request.words(original.contentType(), original.size()),
                format.word());
    var kept = cache.find(name, format);
    return kept.isPresent()
        ? CompletableFuture.completedFuture(kept.get())
        : running.computeIfAbsent(name, it -> begin(it, original, request));
  }

  private CompletableFuture<ConvertedPicture> begin(
      String name, OriginalPicture original, PictureRequest request) {
    CompletableFuture<ConvertedPicture> result = new CompletableFuture<>();
    if (ofOwners.merge(original.owner(), 1, Integer::sum) > mostOfOwner) {
      leave(original.owner());
      throw busy();
    }
    try {
      threads.execute(
          () -> {
            try {
              result.complete(converted(name, original, request));
            } catch (InterruptedException stopping) {
              Thread.currentThread().interrupt();
              result.completeExceptionally(busy());
            } catch (Throwable failed) {
              // Otherwise the caller would never be answered.
              result.completeExceptionally(failed);
            } finally {
              leave(original.owner());
              running.remove(name);
            }
          });
    } catch (RejectedExecutionException tooMany) {
      leave(original.owner());
      throw busy();
    }
    return result;
  }

  private void leave(String owner) {
    ofOwners.computeIfPresent(owner, (name, count) -> count > 1 ? count - 1 : null);
  }

  private static Problem busy() {
    return new Problem(
            ProblemType.BUSY, "Other pictures are being converted. Ask again in a moment.")
        .withHeader("Retry-After", "2");
  }

  private ConvertedPicture converted(String name, OriginalPicture original, PictureRequest request)
      throws IOException, InterruptedException {
    disk.require();
    PictureFormat format = request.formatOf(original.contentType());
    Path draft = cache.draft();
    try (LocalFile local = original.bytes().local()) {
      Orientation orientation = Orientation.of(original.contentType(), local.path());
      PictureRequest lying = orientation.isSideways() ? request.turned() : request;
      PictureDecoder.Source source = reading.look(local.path(), original.contentType(), lying);
      requireSide(source.size().within(lying), format);
      PictureMetadata texts =
          request.keepsMetadata() ? PictureMetadata.of(local.path()) : PictureMetadata.NONE;
      int taken = memory.take(PictureDecoder.budget(source, lying));
      try {
        BufferedImage picture = PictureTurn.turned(scaled(source, lying), orientation);
        write(picture, format, request.qualityOf(format), texts, draft);
      } finally {
        memory.leave(taken);
      }
      return cache.keep(draft, name, format);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static void requireSide(PictureSize size, PictureFormat format) {
    if (Math.max(size.width(), size.height()) > format.longestSide()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/width",
          "The longer side of the picture would have %d pixels, and a %s has at most %d. Give a smaller width or height, or another format."
              .formatted(
                  Math.max(size.width(), size.height()), format.word(), format.longestSide()));
    }
  }

  private BufferedImage scaled(PictureDecoder.Source source, PictureRequest request)
      throws IOException {
    return PictureScaler.scale(reading.read(source, request), source.size().within(request));
  }

  private void write(
      BufferedImage picture, PictureFormat format, int quality, PictureMetadata texts, Path file)
      throws IOException {
    try {
      PictureEncoder.write(picture, format, quality, texts, file);
    } catch (IOException full) {
      disk.require();
      throw full;
    } catch (RuntimeException | LinkageError failed) {
      throw PictureFailure.of(
          failed,
          "The output cannot be written as %s on this machine. Ask for another format."
              .formatted(format.word()));
    }
  }
}
