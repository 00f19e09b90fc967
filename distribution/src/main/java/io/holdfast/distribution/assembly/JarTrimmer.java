package io.holdfast.distribution.assembly;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Copies the jars of one directory to another, *trimmed* where that helps the start of a process:
///
/// - Signatures are dropped. The JDK leaves classes of a signed jar out of the AOT cache, and
///   checking a signature of thousands of entries costs 0.3 s when the first class is loaded. Who
///   wants to check them finds the published jar under the same coordinates.
/// - Classes older than class file version 50 get stack maps and version 52: the AOT cache takes no
///   older ones. The instructions of a method do not change.
/// - The list of security providers is dropped. Asked for a way to derive keys, the JDK makes every
///   provider that it finds in such a list: 0.2 s of each command for one that nobody uses so.
/// - Native libraries of other platforms are dropped.
///
/// A jar that has none of these is copied byte for byte. The same input gives the same bytes.
public final class JarTrimmer {
  private static final Pattern SIGNATURE =
      Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)", Pattern.CASE_INSENSITIVE);
  private static final String PROVIDERS = "META-INF/services/java.security.Provider";
  private static final Pattern NATIVE_LIBRARY = Pattern.compile(".*\\.(so|dll|dylib|jnilib)");
  private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(2000, 1, 1, 0, 0);
  private static final int OLDEST_CACHED_MAJOR = ClassFile.JAVA_6_VERSION;
  private static final int MAGIC_AND_VERSION_BYTES = 8;
  private static final int ENTRY_BYTES_MAX = 64 << 20;

  private final Pattern keptNativeLibraries;

  /// @param keptNativeLibraries matches the entry names of native libraries that stay in their jar
  public JarTrimmer(Pattern keptNativeLibraries) {
    this.keptNativeLibraries = keptNativeLibraries;
  }

  /// Arguments: source directory, target directory, regular expression of kept native libraries.
  public static void main(String[] args) throws IOException {
    new JarTrimmer(Pattern.compile(args[2])).trimAll(Path.of(args[0]), Path.of(args[1]));
  }

  /// Trims every jar of `source` into `target`, which must exist.
  public void trimAll(Path source, Path target) throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(source)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : jars) {
      trim(jar, target.resolve(jar.getFileName()));
    }
  }

  /// Writes the jar `source`, trimmed where needed, to the new file `target`.
  public void trim(Path source, Path target) throws IOException {
    try (JarFile jar = new JarFile(source.toFile(), false)) {
      if (needsTrimming(jar)) {
        write(jar, target);
      } else {
        Files.copy(source, target);
      }
    }
  }

  private boolean needsTrimming(JarFile jar) throws IOException {
    for (JarEntry entry : Collections.list(jar.entries())) {
      if (isDropped(entry) || isOldClass(jar, entry)) {
        return true;
      }
    }
    return false;
  }

  private boolean isDropped(JarEntry entry) {
    String name = entry.getName();
    return SIGNATURE.matcher(name).matches()
        || name.equals(PROVIDERS)
        || (NATIVE_LIBRARY.matcher(name).matches() && !keptNativeLibraries.matcher(name).matches());
  }

  private static boolean isOldClass(JarFile jar, JarEntry entry) throws IOException {
    if (!entry.getName().endsWith(".class")) {
      return false;
    }
    try (InputStream in = jar.getInputStream(entry)) {
      byte[] head = in.readNBytes(MAGIC_AND_VERSION_BYTES);
      return head.length == MAGIC_AND_VERSION_BYTES && majorVersion(head) < OLDEST_CACHED_MAJOR;
    }
  }

  private static int majorVersion(byte[] classFile) {
    return (classFile[6] & 0xff) << 8 | (classFile[7] & 0xff);
  }

  private void write(JarFile jar, Path target) throws IOException {
    ClassFile classFile =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(classesOf(jar)));
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target))) {
      Manifest manifest = jar.getManifest();
      if (manifest != null) {
        manifest.getEntries().clear();
        out.putNextEntry(newEntry(JarFile.MANIFEST_NAME));
        manifest.write(out);
        out.closeEntry();
      }
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (!isDropped(entry) && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
          out.putNextEntry(newEntry(entry.getName()));
          out.write(trimmedContent(jar, entry, classFile));
          out.closeEntry();
        }
      }
    }
  }

  private static ZipEntry newEntry(String name) {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(ENTRY_TIME);
    return entry;
  }

  private static byte[] trimmedContent(JarFile jar, JarEntry entry, ClassFile classFile)
      throws IOException {
    byte[] content = read(jar, entry);
    return isOldClass(jar, entry) ? renewed(content, classFile, entry.getName()) : content;
  }

  private static byte[] read(JarFile jar, JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      byte[] content = in.readNBytes(ENTRY_BYTES_MAX + 1);
      if (content.length > ENTRY_BYTES_MAX) {
        throw new IOException(entry.getName() + " is longer than " + ENTRY_BYTES_MAX + " bytes");
      }
      return content;
    }
  }

  private static byte[] renewed(byte[] content, ClassFile classFile, String name)
      throws IOException {
    ClassModel model = classFile.parse(content);
    byte[] renewed = classFile.transformClass(model, renewal());
    List<VerifyError> errors = classFile.verify(renewed);
    if (!errors.isEmpty()) {
      throw new IOException(name + " does not verify after renewal: " + errors);
    }
    return renewed;
  }

  private static ClassTransform renewal() {
    return (ClassBuilder builder, ClassElement element) -> {
      switch (element) {
        case ClassFileVersion version -> builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
        case MethodModel method ->
            builder.transformMethod(
                method, MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL));
        default -> builder.with(element);
      }
    };
  }

  private static ClassHierarchyResolver classesOf(JarFile jar) {
    return ClassHierarchyResolver.ofResourceParsing(
            (ClassDesc type) -> {
              String descriptor = type.descriptorString();
              JarEntry entry =
                  jar.getJarEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
              try {
                return entry == null ? null : jar.getInputStream(entry);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .orElse(ClassHierarchyResolver.defaultResolver());
  }
}
