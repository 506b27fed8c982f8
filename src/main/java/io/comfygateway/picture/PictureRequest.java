package io.comfygateway.picture;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The format, size and quality that a caller requests.
 *
 * @param format empty for that of the picture, or PNG if nothing is converted to that
 * @param quality from 1 to 100; empty for the usual one of the format
 * @param width the most pixels it may be wide; 0 for as wide as it is
 * @param height the most pixels it may be high; 0 for as high as it is
 * @param keepsMetadata whether the graph and the workflow are kept
 */
public record PictureRequest(
    Optional<PictureFormat> format,
    Optional<Integer> quality,
    int width,
    int height,
    boolean keepsMetadata) {
  private static final int LARGEST_SIDE = 16_384;
  private static final int BEST_QUALITY = 100;

  /**
   * Reads the parameters {@code format}, {@code quality}, {@code width}, {@code height} and {@code
   * metadata}.
   *
   * @param query the value of a parameter, or null
   * @return empty if none of them is there: the output is sent unchanged
   * @throws Problem INVALID_REQUEST with each parameter that is not valid
   */
  public static Optional<PictureRequest> of(Function<String, @Nullable String> query) {
    Reader reader = new Reader(query);
    @Nullable String format = query.apply("format");
    @Nullable String metadata = query.apply("metadata");
    Optional<PictureFormat> known = Optional.ofNullable(format).flatMap(PictureFormat::ofWord);
    if (format != null && known.isEmpty()) {
      reader.fault("format", "format must be one of " + PictureFormat.words() + ".");
    }
    if (metadata != null && !metadata.equals("keep") && !metadata.equals("drop")) {
      reader.fault("metadata", "metadata must be keep or drop.");
    }
    Optional<Integer> quality = reader.number("quality", BEST_QUALITY);
    if (quality.isPresent() && known.filter(it -> !it.isLossy()).isPresent()) {
      reader.fault("quality", "quality is for webp and jpeg; a PNG loses nothing. Leave it out.");
    }
    PictureRequest request =
        new PictureRequest(
            known,
            quality,
            reader.number("width", LARGEST_SIDE).orElse(0),
            reader.number("height", LARGEST_SIDE).orElse(0),
            "keep".equals(metadata));
    if (!reader.faults.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_REQUEST, reader.faults);
    }
    boolean isPlain =
        format == null
            && metadata == null
            && quality.isEmpty()
            && request.width == 0
            && request.height == 0;
    return isPlain ? Optional.empty() : Optional.of(request);
  }

  /** The format that a picture gets. */
  PictureFormat formatOf(String contentType) {
    return format.or(() -> PictureFormat.ofContentType(contentType)).orElse(PictureFormat.PNG);
  }

  /** Whether a picture of this type needs no conversion. */
  public boolean isAsItIs(String contentType) {
    return keepsMetadata
        && width == 0
        && height == 0
        && quality.isEmpty()
        && formatOf(contentType).contentType().equals(contentType);
  }

  /** A key that differs from those of other requests for the same picture, safe as a file name. */
  String words(String contentType, Optional<PictureSize> original) {
    PictureFormat to = formatOf(contentType);
    // Requests that result in the same size share a key, whether the picture is turned or not.
    String size =
        original
            .map(it -> word(it.within(this)) + "-" + word(it.turned().within(this)))
            .orElseGet(() -> word(new PictureSize(width, height)));
    return "%s-%d-%s-%s".formatted(to.word(), qualityOf(to), size, keepsMetadata ? "keep" : "drop");
  }

  private static String word(PictureSize size) {
    return size.width() + "x" + size.height();
  }

  /** The same for a picture that lies on its side. */
  PictureRequest turned() {
    PictureSize lying = new PictureSize(width, height).turned();
    return new PictureRequest(format, quality, lying.width(), lying.height(), keepsMetadata);
  }

  int qualityOf(PictureFormat to) {
    return to.isLossy() ? quality.orElse(to.usualQuality()) : 0;
  }

  private static final class Reader {
    private final Function<String, @Nullable String> query;
    private final List<Problem.Fault> faults = new ArrayList<>();

    Reader(Function<String, @Nullable String> query) {
      this.query = query;
    }

    Optional<Integer> number(String name, int most) {
      @Nullable String text = query.apply(name);
      if (text == null) {
        return Optional.empty();
      }
      int number = text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
      if (number < 1 || number > most) {
        fault(name, name + " must be a whole number from 1 to " + most + ".");
        return Optional.empty();
      }
      return Optional.of(number);
    }

    void fault(String name, String detail) {
      faults.add(new Problem.Fault("/" + name, detail));
    }
  }
}
