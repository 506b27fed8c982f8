package io.comfygateway.comfyapi;

import io.comfygateway.files.LocalFile;
import io.comfygateway.media.ImageExtent;
import io.comfygateway.media.UnfitFileException;
import io.comfygateway.picture.PixelBudget;
import io.comfygateway.picture.TimedImageStream;
import io.comfygateway.upload.CallerFile;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.SampleModel;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes pictures and masks whose variants are made, if their structure shows that they fit.
 *
 * @param memory for all pictures that the gateway decodes
 */
record VariantDecoder(PixelBudget memory) {
  private static final Logger LOG = LoggerFactory.getLogger(VariantDecoder.class);

  // By the names of Java's readers, in lower case.
  private static final Set<String> OF_PICTURES = Set.of("png", "jpeg", "gif", "bmp");
  private static final Set<String> OF_MASKS = Set.of("png", "jpeg");
  private static final int BITS_OF_PIXEL = 32;

  /** A picture of a caller; null if it is none that can be decoded here, or takes too much. */
  @Nullable BufferedImage picture(CallerFile file) throws IOException {
    try (LocalFile local = file.content().local()) {
      return read(local.path(), OF_PICTURES);
    }
  }

  /** A mask that a client sends; null if it is none that can be decoded here, or takes too much. */
  @Nullable BufferedImage mask(Path file) throws IOException {
    return read(file, OF_MASKS);
  }

  private @Nullable BufferedImage read(Path file, Set<String> formats) throws IOException {
    try (ImageInputStream stream = new TimedImageStream(file)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        return null;
      }
      ImageReader reader = readers.next();
      try {
        String format = reader.getFormatName().toLowerCase(Locale.ROOT);
        if (!formats.contains(format) || !fits("image/" + format, file)) {
          return null;
        }
        reader.setInput(stream, true, true);
        return pixels(reader) > memory.pixels() ? null : reader.read(0);
      } finally {
        reader.dispose();
      }
    } catch (IIOException
        | EOFException
        | IllegalArgumentException
        | IndexOutOfBoundsException broken) {
      return null;
    }
  }

  private boolean fits(String type, Path file) throws IOException {
    try {
      Optional<String> excess = memory.limits().excess(ImageExtent.of(type, file));
      excess.ifPresent(why -> LOG.debug("picture is not decoded: it {}", why));
      return excess.isEmpty();
    } catch (UnfitFileException broken) {
      return false;
    }
  }

  // How many pixels of 32 bits it takes when it is decoded. The size is that of the frame which is
  // decoded: a GIF's header may name a smaller one.
  private static long pixels(ImageReader reader) throws IOException {
    SampleModel samples = reader.getImageTypes(0).next().getSampleModel();
    int bits = DataBuffer.getDataTypeSize(samples.getTransferType()) * samples.getNumDataElements();
    long weight = Math.max(1, (bits + BITS_OF_PIXEL - 1) / BITS_OF_PIXEL);
    return weight * reader.getWidth(0) * reader.getHeight(0);
  }
}
