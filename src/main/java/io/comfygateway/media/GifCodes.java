package io.comfygateway.media;

/**
 * Counts the pixels that the codes of a GIF's frame stand for (GIF89a, appendix F). They may be
 * more than the frame has: Java's reader unpacks them all, and a code can stand for thousands.
 */
final class GifCodes {
  private static final int MOST = 4096;
  private static final int WIDEST_ROOT = 8;

  private final int[] lengths = new int[MOST];
  private int clear;
  private int size;
  private int next;
  private int former;
  private int bits;
  private int held;
  private boolean isCleared;
  private boolean isOver = true;
  private long pixels;

  /** Begins a frame whose pixels have so many bits. */
  void begin(int codeSize) {
    // Readers refuse another size.
    isOver = codeSize < 1 || codeSize > WIDEST_ROOT;
    clear = isOver ? 0 : 1 << codeSize;
    clear();
  }

  // Its table is made anew, which takes as long as a pixel for each of its entries.
  private void clear() {
    pixels += MOST;
    next = clear + 2;
    size = Integer.SIZE - Integer.numberOfLeadingZeros(clear);
  }

  /** Notes the next byte of the data. */
  void add(int data) {
    if (isOver) {
      return;
    }
    bits |= data << held;
    held += Byte.SIZE;
    while (held >= size && !isOver) {
      int code = bits & (1 << size) - 1;
      bits >>>= size;
      held -= size;
      code(code);
    }
  }

  private void code(int code) {
    if (code == clear + 1) {
      isOver = true;
      return;
    }
    if (!isCleared && code == clear) {
      clear();
      isCleared = true;
      return;
    }
    if (!isCleared) {
      isOver = next == MOST;
      if (isOver) {
        return;
      }
      lengths[next] = length(former) + 1;
      next++;
      size += next == 1 << size && next < MOST ? 1 : 0;
    }
    isCleared = false;
    pixels += length(code);
    former = code;
  }

  // A code that is not in the table yet stands for one pixel.
  private int length(int code) {
    return code > clear + 1 && code < next ? lengths[code] : 1;
  }

  /** How many pixels all codes stand for. */
  long pixels() {
    return pixels;
  }
}
