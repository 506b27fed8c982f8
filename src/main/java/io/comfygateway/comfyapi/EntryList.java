package io.comfygateway.comfyapi;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of a list, or of an object, whose entries are rendered one at a time.
 *
 * @param <T> what an entry is made of
 */
final class EntryList<T> implements Iterator<byte[]> {
  private static final byte[] COMMA = text(", ");

  private final Iterator<T> source;
  private final Function<T, Optional<byte[]>> entry;
  private @Nullable String begin;
  private @Nullable String end;
  private boolean isFirst = true;
  private byte @Nullable [] next;

  /**
   * @param begin the text before the first entry
   * @param entry renders an entry; empty ones are left out
   * @param end the text after the last one
   */
  EntryList(String begin, Iterator<T> source, Function<T, Optional<byte[]>> entry, String end) {
    this.begin = begin;
    this.source = source;
    this.entry = entry;
    this.end = end;
  }

  @Override
  public boolean hasNext() {
    return end != null;
  }

  @Override
  public byte[] next() {
    if (end == null) {
      throw new NoSuchElementException();
    }
    if (begin != null) {
      byte[] first = text(begin);
      begin = null;
      return first;
    }
    if (next != null) {
      byte[] afterComma = next;
      next = null;
      return afterComma;
    }
    while (source.hasNext()) {
      Optional<byte[]> made = entry.apply(source.next());
      if (made.isPresent() && isFirst) {
        isFirst = false;
        return made.get();
      }
      if (made.isPresent()) {
        next = made.get();
        return COMMA;
      }
    }
    byte[] last = text(end);
    end = null;
    return last;
  }

  /** A text followed by bytes. */
  static byte[] joined(String text, byte[] bytes) {
    byte[] before = text(text);
    byte[] all = new byte[before.length + bytes.length];
    System.arraycopy(before, 0, all, 0, before.length);
    System.arraycopy(bytes, 0, all, before.length, bytes.length);
    return all;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
