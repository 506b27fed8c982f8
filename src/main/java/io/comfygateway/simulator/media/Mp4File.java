package io.comfygateway.simulator.media;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A silent video as an MP4 file (ISO/IEC 14496-12 and -15). */
public final class Mp4File {
  // A tick that whole and the usual broken frame rates share.
  private static final int TICKS_PER_SECOND = 90_000;
  private static final int[] UNITY = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};

  private Mp4File() {}

  /**
   * @param frames at least one; all are shown at the first one's size
   * @param fps frames per second, more than 0
   */
  public static byte[] of(List<Picture> frames, double fps) {
    H264Stream stream = new H264Stream(frames.get(0).width(), frames.get(0).height());
    List<byte[]> samples = new ArrayList<>();
    for (Picture frame : frames) {
      byte[] unit = stream.frame(frame, samples.size());
      samples.add(join(ints(unit.length), unit));
    }
    int ticks = Math.max(1, (int) Math.round(TICKS_PER_SECOND / fps));
    byte[] type = box("ftyp", ascii("isom"), ints(0x200), ascii("isomiso2avc1mp41"));
    byte[] data = box("mdat", join(samples.toArray(byte[][]::new)));
    byte[] movie = movie(stream, samples, ticks, type.length + 8);
    return join(type, data, movie);
  }

  private static byte[] movie(H264Stream stream, List<byte[]> samples, int ticks, int offset) {
    int duration = ticks * samples.size();
    byte[] header =
        box(
            "mvhd",
            ints(0, 0, 0, TICKS_PER_SECOND, duration, 0x10000, 0x01000000, 0, 0),
            ints(UNITY),
            ints(0, 0, 0, 0, 0, 0, 2));
    byte[] track =
        box(
            "tkhd",
            ints(3, 0, 0, 1, 0, duration, 0, 0, 0, 0),
            ints(UNITY),
            ints(stream.width() << 16, stream.height() << 16));
    byte[] reference = box("dinf", box("dref", ints(0, 1), box("url ", ints(1))));
    byte[] media =
        box(
            "mdia",
            box("mdhd", ints(0, 0, 0, TICKS_PER_SECOND, duration, 0x55c40000)),
            box("hdlr", ints(0, 0), ascii("vide"), ints(0, 0, 0), new byte[1]),
            box(
                "minf",
                box("vmhd", ints(1, 0, 0)),
                reference,
                table(stream, samples, ticks, offset)));
    return box("moov", header, box("trak", track, media));
  }

  private static byte[] table(H264Stream stream, List<byte[]> samples, int ticks, int offset) {
    int[] sizes = samples.stream().mapToInt(sample -> sample.length).toArray();
    return box(
        "stbl",
        box("stsd", ints(0, 1), sampleEntry(stream)),
        box("stts", ints(0, 1, sizes.length, ticks)),
        box("stsc", ints(0, 1, 1, sizes.length, 1)),
        box("stsz", ints(0, 0, sizes.length), ints(sizes)),
        box("stco", ints(0, 1, offset)));
  }

  private static byte[] sampleEntry(H264Stream stream) {
    byte[] sequence = stream.sequenceParameters();
    byte[] picture = stream.pictureParameters();
    byte[] configuration =
        join(
            new byte[] {1, sequence[1], sequence[2], sequence[3], (byte) 0xff, (byte) 0xe1},
            shorts(sequence.length),
            sequence,
            new byte[] {1},
            shorts(picture.length),
            picture);
    return box(
        "avc1",
        shorts(0, 0, 0, 1),
        ints(0, 0, 0, 0),
        shorts(stream.width(), stream.height()),
        ints(0x480000, 0x480000, 0),
        shorts(1),
        new byte[32],
        shorts(24, -1),
        box("avcC", configuration));
  }

  private static byte[] box(String name, byte[]... parts) {
    byte[] content = join(parts);
    return join(ints(8 + content.length), ascii(name), content);
  }

  private static byte[] join(byte[]... parts) {
    int size = 0;
    for (byte[] part : parts) {
      size += part.length;
    }
    ByteBuffer joined = ByteBuffer.allocate(size);
    for (byte[] part : parts) {
      joined.put(part);
    }
    return joined.array();
  }

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  private static byte[] shorts(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length);
    for (int value : values) {
      bytes.putShort((short) value);
    }
    return bytes.array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
