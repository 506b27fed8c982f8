package io.comfygateway.media;

import java.util.List;

/**
 * The coded picture of a JPEG: components of blocks of 8 x 8 values, whose coefficients come in one
 * scan or in several. With several, libjpeg keeps all coefficients until the last one, and visits
 * the blocks of a scan even where the scan says nothing about them.
 */
final class JpegFrame {
  private static final int SIDE = 8;
  private static final int VALUES = SIDE * SIDE;
  private static final int BYTES = 2;
  // The tables of a scan take as long as some thousand values.
  private static final int FOR_SCAN = 4096;

  private final long[] blocks = new long[256];
  private int components;
  private boolean hasSeveralScans;
  private long visits;

  /**
   * A component.
   *
   * @param id its number, by which scans name it; from 0 to 255
   * @param across its horizontal sampling factor
   * @param down its vertical sampling factor
   */
  record Component(int id, int across, int down) {}

  /** Notes the header of the frame. Decoders refuse a second one, so it does not count. */
  void begin(boolean isProgressive, long width, long height, List<Component> parts) {
    if (components > 0) {
      return;
    }
    components = parts.size();
    hasSeveralScans = isProgressive;
    int mostAcross = parts.stream().mapToInt(Component::across).max().orElse(1);
    int mostDown = parts.stream().mapToInt(Component::down).max().orElse(1);
    for (Component part : parts) {
      blocks[part.id()] +=
          blocks(width, part.across(), mostAcross) * blocks(height, part.down(), mostDown);
    }
  }

  // The blocks of each direction are filled up to whole units of the sampling factor.
  private static long blocks(long side, int factor, int most) {
    long unit = (long) SIDE * Math.max(1, most);
    return (side + unit - 1) / unit * factor;
  }

  /** Notes a scan of the components with these numbers. */
  void scan(int... ids) {
    hasSeveralScans |= ids.length < components;
    visits += FOR_SCAN;
    for (int id : ids) {
      visits += VALUES * blocks[id];
    }
  }

  /** How many bytes libjpeg keeps until the last scan is read; 0 where one scan has everything. */
  long coefficientBytes() {
    long all = 0;
    for (long some : blocks) {
      all += some;
    }
    return hasSeveralScans ? all * VALUES * BYTES : 0;
  }

  /** How many values are decoded, in all scans together. */
  long visits() {
    return visits;
  }
}
