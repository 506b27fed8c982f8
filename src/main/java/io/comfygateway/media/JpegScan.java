package io.comfygateway.media;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * JPEG (ITU-T T.81, annex B): segments, with coded data after each start of scan, up to the end
 * mark. Several pictures in one file are listed in its MPF segment (CIPA DC-007); decoders treat
 * each of them as a frame.
 */
final class JpegScan extends ImageScan {
  private static final int END = 0xD9;
  private static final int START_OF_SCAN = 0xDA;
  private static final int APP2 = 0xE2;
  private static final int ENTRIES = 0xB002;
  private static final int ENTRY = 16;
  private static final int MOST_PICTURES = 100;
  private static final int MOST_SEGMENTS = 100;

  private long listed;
  private long first;
  private long others;
  private final JpegFrame coded = new JpegFrame();
  private boolean isBehindFirst;

  JpegScan(FileBytes in) {
    super("image/jpeg", in);
  }

  @Override
  void walk() throws IOException, UnfitFileException {
    frames = 1;
    picture();
    isBehindFirst = true;
  }

  @Override
  DecodingLoad load() {
    return new DecodingLoad(super.load().bytes(), coded.coefficientBytes(), coded.visits());
  }

  private void picture() throws IOException, UnfitFileException {
    in.skip(2);
    boolean hasData = false;
    int marker = marker();
    while (marker != END) {
      if (marker == START_OF_SCAN) {
        hasData = true;
        scan();
        marker = behindCodedData();
        continue;
      }
      if (marker != 0x01 && (marker < 0xD0 || marker > 0xD7)) {
        segment(marker);
      }
      marker = marker();
    }
    if (!hasData) {
      throw damaged(EMPTY);
    }
  }

  // Its length, how many components it has, and of each its number and tables (B.2.3).
  private void scan() throws IOException {
    long end = in.position() + in.big16();
    int components = in.u8();
    int[] ids = new int[components];
    for (int i = 0; i < components; i++) {
      ids[i] = in.u8();
      in.skip(1);
    }
    if (!isBehindFirst) {
      coded.scan(ids);
    }
    in.skip(Math.max(0, end - in.position()));
  }

  private int marker() throws IOException, UnfitFileException {
    if (in.u8() != 0xFF) {
      throw damaged("its data is not that of a JPEG");
    }
    int marker = in.u8();
    while (marker == 0xFF) { // a fill byte
      marker = in.u8();
    }
    return marker;
  }

  // In coded data a byte of FF is followed by 0, or by one of the marks that may occur in it.
  private int behindCodedData() throws IOException {
    while (true) {
      if (in.u8() == 0xFF) {
        int marker = in.u8();
        while (marker == 0xFF) {
          marker = in.u8();
        }
        if (marker != 0 && (marker < 0xD0 || marker > 0xD7)) {
          return marker;
        }
      }
    }
  }

  private void segment(int marker) throws IOException, UnfitFileException {
    long start = in.position();
    int length = in.big16();
    if (length < 2) {
      throw damaged("one of its segments is not valid");
    }
    long end = start + length;
    if (!isBehindFirst) {
      kept(length);
    }
    if (isFrame(marker)) {
      in.skip(1);
      long height = in.big16();
      long width = in.big16();
      seen(width, height);
      if (!isBehindFirst) {
        coded.begin(isProgressive(marker), width, height, components());
      }
    } else if (marker == APP2 && length > 16 && "MPF\0".equals(in.text(4))) {
      pictures(in.position(), end);
    }
    in.seek(end);
  }

  private static boolean isProgressive(int marker) {
    return (marker & 3) == 2;
  }

  // Of each its number, its sampling factors and its table (B.2.2).
  private List<JpegFrame.Component> components() throws IOException {
    List<JpegFrame.Component> components = new ArrayList<>();
    int count = in.u8();
    for (int i = 0; i < count; i++) {
      int id = in.u8();
      int sampling = in.u8();
      in.skip(1);
      components.add(new JpegFrame.Component(id, sampling >> 4, sampling & 0xF));
    }
    return components;
  }

  // The marks of DHT, JPG and DAC are in the range of the frame headers.
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  // A directory as in TIFF; an entry of the list has 16 bytes.
  private void pictures(long start, long end) throws IOException, UnfitFileException {
    boolean big = in.text(2).equals("MM");
    in.skip(2);
    long directory = start + number32(big);
    if (directory + 2 > end) {
      return;
    }
    in.seek(directory);
    int tags = number16(big);
    long entries = end;
    for (int i = 0; i < tags && in.position() + 12 <= end; i++) {
      int tag = number16(big);
      in.skip(6);
      long value = number32(big);
      entries = tag == ENTRIES ? start + value : entries;
    }
    for (long at = entries; at + ENTRY <= end; at += ENTRY) {
      if (++listed > MOST_PICTURES) {
        throw damaged("it lists more than " + MOST_PICTURES + " pictures");
      }
      in.seek(at + 8);
      long offset = number32(big);
      if (offset == 0) {
        first++;
      } else {
        others += pixelsAt(start + offset);
      }
    }
    frames = Math.max(1, listed);
  }

  // Up to the header of its frame. One that is missing, as in a copy without it, does not count.
  private long pixelsAt(long start) throws IOException {
    try {
      in.seek(start);
      if (in.big16() != 0xFFD8) {
        return 0;
      }
      for (int i = 0; i < MOST_SEGMENTS; i++) {
        int marker = marker();
        long at = in.position();
        int length = in.big16();
        if (isFrame(marker)) {
          in.skip(1);
          long height = in.big16();
          return height * in.big16();
        }
        in.seek(at + Math.max(2, length));
      }
      return Long.MAX_VALUE / MOST_PICTURES;
    } catch (EOFException | UnfitFileException notThere) {
      return 0;
    }
  }

  @Override
  long pixels() {
    return Math.max(1, first) * super.pixels() + others;
  }

  private int number16(boolean big) throws IOException {
    return big ? in.big16() : in.little16();
  }

  private long number32(boolean big) throws IOException {
    return big ? in.big32() : in.little32();
  }

  // Phones write more pictures after the first (depth, brightness), the video of a motion photo,
  // and Samsung's own notes.
  @Override
  void skipAppended() throws IOException, UnfitFileException {
    long end = in.position();
    in.skipPadding();
    while (startsLikeJpeg()) {
      picture();
      end = in.position();
      in.skipPadding();
    }
    in.seek(CameraTrailer.end(in, end));
  }

  private boolean startsLikeJpeg() throws IOException {
    byte[] next = in.peek(in.position(), 3);
    return next.length == 3 && next[0] == (byte) 0xFF && next[1] == (byte) 0xD8 && next[2] == -1;
  }
}
