package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.util.List;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * The class made of a run of objects: one method with their code, and a static field for each known
 * object that it uses. Called with null the method returns null at once, so that the JVM can be
 * made to compile it before it is used.
 */
final class FusedClass {
  private static final String OBJECT = "java/lang/Object";

  private final Chain chain;
  private final CodeWriter out;
  private final String name;

  FusedClass(Chain chain, CodeWriter out) {
    this.chain = chain;
    this.out = out;
    this.name = chain.fusedName();
  }

  /** Defines the class and makes its one object. */
  Object instantiate() {
    byte[] bytes = classFile();
    try {
      Object[] objects = out.objects().toArray();
      Constructor<?> constructor =
          chain
              .lookup
              .defineHiddenClassWithClassData(bytes, objects, true)
              .lookupClass()
              .getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] classFile() {
    ClassNode node = new ClassNode();
    node.version = Opcodes.V17;
    node.access = Opcodes.ACC_FINAL | Opcodes.ACC_SYNTHETIC;
    node.name = name;
    node.superName = chain.base;
    List<Object> objects = out.objects();
    for (int i = 0; i < objects.size(); i++) {
      node.fields.add(
          new FieldNode(
              Opcodes.ACC_STATIC | Opcodes.ACC_FINAL,
              CodeWriter.fieldName(i),
              out.fieldType(objects.get(i)),
              null,
              null));
    }
    node.methods.add(constructor());
    node.methods.add(initialiser(objects));
    node.methods.add(method());
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    node.accept(writer);
    return writer.toByteArray();
  }

  private MethodNode constructor() {
    MethodNode method = new MethodNode(0, "<init>", "()V", null, null);
    InsnList code = method.instructions;
    code.add(new VarInsnNode(Opcodes.ALOAD, 0));
    code.add(new MethodInsnNode(Opcodes.INVOKESPECIAL, chain.base, "<init>", "()V"));
    code.add(new InsnNode(Opcodes.RETURN));
    return method;
  }

  /** Takes the known objects from the class data. */
  private MethodNode initialiser(List<Object> objects) {
    MethodNode method = new MethodNode(Opcodes.ACC_STATIC, "<clinit>", "()V", null, null);
    InsnList code = method.instructions;
    String lookup = Type.getInternalName(MethodHandles.Lookup.class);
    String handles = Type.getInternalName(MethodHandles.class);
    code.add(new MethodInsnNode(Opcodes.INVOKESTATIC, handles, "lookup", "()L" + lookup + ";"));
    code.add(new LdcInsnNode("_"));
    code.add(new LdcInsnNode(Type.getType(Object[].class)));
    code.add(
        new MethodInsnNode(
            Opcodes.INVOKESTATIC,
            handles,
            "classData",
            "(L" + lookup + ";Ljava/lang/String;Ljava/lang/Class;)L" + OBJECT + ";"));
    code.add(new TypeInsnNode(Opcodes.CHECKCAST, "[L" + OBJECT + ";"));
    code.add(new VarInsnNode(Opcodes.ASTORE, 0));
    for (int i = 0; i < objects.size(); i++) {
      String type = out.fieldType(objects.get(i));
      code.add(new VarInsnNode(Opcodes.ALOAD, 0));
      code.add(new IntInsnNode(Opcodes.SIPUSH, i));
      code.add(new InsnNode(Opcodes.AALOAD));
      code.add(new TypeInsnNode(Opcodes.CHECKCAST, Type.getType(type).getInternalName()));
      code.add(new FieldInsnNode(Opcodes.PUTSTATIC, name, CodeWriter.fieldName(i), type));
    }
    code.add(new InsnNode(Opcodes.RETURN));
    return method;
  }

  private MethodNode method() {
    MethodNode method =
        new MethodNode(Opcodes.ACC_PROTECTED, chain.method, chain.descriptor, null, null);
    InsnList code = method.instructions;
    LabelNode start = new LabelNode();
    code.add(new VarInsnNode(Opcodes.ALOAD, 1));
    code.add(new JumpInsnNode(Opcodes.IFNONNULL, start));
    code.add(new InsnNode(Opcodes.ACONST_NULL));
    code.add(new InsnNode(Opcodes.ARETURN));
    code.add(start);
    code.add(new FrameNode(Opcodes.F_NEW, 2, new Object[] {name, chain.argument}, 0, null));
    code.add(out.code);
    return method;
  }
}
