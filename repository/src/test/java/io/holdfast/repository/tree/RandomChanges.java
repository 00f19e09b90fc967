package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Changes a model the way a database changes its files: pages in place, growth, truncation,
/// regrowth, removal, new files, other metadata.
final class RandomChanges {
  private static final int PAGE = 8192;

  private final SplittableRandom random;
  private final ModelTree model;
  private int fileNumber;

  RandomChanges(SplittableRandom random, ModelTree model) {
    this.random = random;
    this.model = model;
  }

  void addFile() {
    String path = "base/" + random.nextInt(3) + "/" + fileNumber++;
    byte[] bytes = ModelTree.pages(random, random.nextInt(100));
    model.put(path, random.nextInt(5) == 0 ? ModelTree.STREAM : ModelTree.PAGED, bytes);
  }

  void change() {
    int changes = 1 + random.nextInt(8);
    for (int i = 0; i < changes; i++) {
      if (model.files.size() < 3) {
        addFile();
      }
      List<String> paths = new ArrayList<>(model.files.keySet());
      changeFile(paths.get(random.nextInt(paths.size())));
    }
  }

  private void changeFile(String path) {
    ModelTree.ModelFile file = model.require(path);
    byte[] bytes = file.bytes().clone();
    int pages = bytes.length / PAGE;
    switch (random.nextInt(10)) {
      case 0 -> addFile();
      case 1 -> model.files.remove(path);
      case 2 -> model.touch(path, random.nextLong(1L << 40));
      case 3 ->
          model.put(path, file.layout(), Arrays.copyOf(bytes, random.nextInt(pages + 1) * PAGE));
      case 4 -> model.put(path, file.layout(), grown(bytes, 1 + random.nextInt(80)));
      case 5 ->
          model.put(path, file.layout(), Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
      case 6 -> {
        if (pages > 0) {
          int page = random.nextInt(pages);
          Arrays.fill(bytes, page * PAGE, (page + 1) * PAGE, (byte) 0);
          model.put(path, file.layout(), bytes);
        }
      }
      default -> {
        int count = pages == 0 ? 0 : 1 + random.nextInt(Math.max(1, pages / 4));
        for (int i = 0; i < count; i++) {
          ModelTree.fillPage(random, bytes, random.nextInt(pages));
        }
        model.put(path, file.layout(), bytes);
      }
    }
  }

  private byte[] grown(byte[] bytes, int pages) {
    int whole = bytes.length / PAGE;
    byte[] more = Arrays.copyOf(bytes, (whole + pages) * PAGE);
    for (int page = whole; page < whole + pages; page++) {
      if (random.nextInt(4) != 0) {
        ModelTree.fillPage(random, more, page);
      }
    }
    return more;
  }

  /// Condemns a tenth of all chunks.
  void condemnSome(TestChunks chunks) {
    List<ChunkId> ids = new ArrayList<>(chunks.types().keySet());
    ids.sort(null);
    for (ChunkId id : ids) {
      if (random.nextInt(10) == 0) {
        chunks.condemn(id);
      }
    }
  }
}
