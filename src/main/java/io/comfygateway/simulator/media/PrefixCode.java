package io.comfygateway.simulator.media;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** A canonical Huffman code with lengths of at most 15 bits, as WebP's lossless format has them. */
final class PrefixCode {
  private static final int LONGEST = 15;

  private final int[] lengths;
  private final int[] codes;
  private final int used;
  private final int only;

  private record Tree(long weight, int symbol, @Nullable Tree left, @Nullable Tree right) {}

  /**
   * @param counts how often each symbol of the alphabet occurs
   */
  PrefixCode(int[] counts) {
    int symbols = 0;
    int last = 0;
    for (int symbol = 0; symbol < counts.length; symbol++) {
      if (counts[symbol] > 0) {
        symbols++;
        last = symbol;
      }
    }
    used = symbols;
    only = last;
    lengths = used > 1 ? lengths(counts) : new int[counts.length];
    codes = codes(lengths);
  }

  /** Writes the description of the code (WebP lossless bitstream, section 6.2.1). */
  void describe(BitWriter out) {
    if (used <= 1) {
      out.bits(1, 1).bits(0, 1).bits(1, 1).bits(only, 8);
      return;
    }
    // Sixteen lengths, 0 to 15, all told in 4 bits; the three repeat codes are not used.
    int[] order = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    out.bits(0, 1).bits(order.length - 4, 4);
    for (int symbol : order) {
      out.bits(symbol <= LONGEST ? 4 : 0, 3);
    }
    out.bits(0, 1);
    for (int length : lengths) {
      out.code(length, 4);
    }
  }

  void write(BitWriter out, int symbol) {
    out.code(codes[symbol], lengths[symbol]);
  }

  private static int[] lengths(int[] counts) {
    for (int floor = 1; ; floor *= 2) {
      PriorityQueue<Tree> forest = new PriorityQueue<>(Comparator.comparingLong(Tree::weight));
      for (int symbol = 0; symbol < counts.length; symbol++) {
        if (counts[symbol] > 0) {
          forest.add(new Tree(Math.max(floor, counts[symbol]), symbol, null, null));
        }
      }
      while (forest.size() > 1) {
        Tree left = forest.remove();
        Tree right = forest.remove();
        forest.add(new Tree(left.weight() + right.weight(), -1, left, right));
      }
      int[] lengths = new int[counts.length];
      // Flattening the counts shortens the longest code until it fits.
      if (measure(forest.remove(), 0, lengths) <= LONGEST) {
        return lengths;
      }
    }
  }

  private static int measure(Tree tree, int depth, int[] lengths) {
    if (tree.left() == null || tree.right() == null) {
      lengths[tree.symbol()] = depth;
      return depth;
    }
    return Math.max(
        measure(tree.left(), depth + 1, lengths), measure(tree.right(), depth + 1, lengths));
  }

  private static int[] codes(int[] lengths) {
    int[] codes = new int[lengths.length];
    int code = 0;
    for (int length = 1; length <= LONGEST; length++) {
      code <<= 1;
      for (int symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] == length) {
          codes[symbol] = code++;
        }
      }
    }
    return codes;
  }
}
