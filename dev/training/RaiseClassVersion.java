import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Gives the classes of jars that were compiled for Java 5 the form of Java 8, with stack maps: an AOT cache holds no others, and
 * picocli, which is compiled so, has 170 of them on the way of every command. Their code stays the same.
 *
 * <p>{@code java RaiseClassVersion.java JAR...}
 */
final class RaiseClassVersion {
    private RaiseClassVersion() {}

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            raise(Path.of(jar));
        }
    }

    private static void raise(Path jar) throws IOException {
        Map<ZipEntry, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry, in.readAllBytes());
            }
        }
        ClassFile format = ClassFile.of(ClassFile.StackMapsOption.GENERATE_STACK_MAPS, hierarchy(entries));
        Path part = jar.resolveSibling(jar.getFileName() + ".part");
        try (OutputStream file = Files.newOutputStream(part);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (Map.Entry<ZipEntry, byte[]> entry : entries.entrySet()) {
                ZipEntry raised = new ZipEntry(entry.getKey().getName());
                raised.setTime(entry.getKey().getTime());
                out.putNextEntry(raised);
                boolean isClass = raised.getName().endsWith(".class");
                out.write(isClass ? raised(format, entry.getValue()) : entry.getValue());
                out.closeEntry();
            }
        }
        Files.move(part, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] raised(ClassFile format, byte[] bytes) {
        ClassModel old = format.parse(bytes);
        if (old.majorVersion() >= ClassFile.JAVA_7_VERSION) {
            return bytes;
        }
        return format.transformClass(
                old,
                ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                        .andThen(ClassTransform.endHandler(made -> made.withVersion(ClassFile.JAVA_8_VERSION, 0))));
    }

    /** Stack maps name the closest common superclass of two types: of the jar's own classes, else of the JDK's. */
    private static ClassFile.ClassHierarchyResolverOption hierarchy(Map<ZipEntry, byte[]> entries) {
        Map<String, byte[]> classes = new LinkedHashMap<>();
        entries.forEach((entry, bytes) -> classes.put(entry.getName(), bytes));
        ClassHierarchyResolver own = ClassHierarchyResolver.ofResourceParsing((ClassDesc type) -> {
            String descriptor = type.descriptorString();
            byte[] bytes = classes.get(descriptor.substring(1, descriptor.length() - 1) + ".class");
            return bytes == null ? null : (InputStream) new ByteArrayInputStream(bytes);
        });
        return ClassFile.ClassHierarchyResolverOption.of(
                own.orElse(ClassHierarchyResolver.defaultResolver()).cached());
    }
}
