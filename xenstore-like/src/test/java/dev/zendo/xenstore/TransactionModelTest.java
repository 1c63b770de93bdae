package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Transactions against a simple model, a sorted map from path to value. Whatever several clients do
 * in any interleaving, each committed transaction has the effect and has given the answers of one
 * that ran alone at the moment of its commit, and one whose paths nobody else has touched commits.
 */
class TransactionModelTest {
  private static final String[] PATHS = {
    "/a", "/b", "/a/a", "/a/b", "/b/a", "/a/a/a", "/a/a/b", "/a/b/a", "/b/a/b"
  };
  private static final int CLIENTS = 3;

  /** One step: what, where and which value; decoded from a number so that jqwik can shrink it. */
  private record Step(int client, int kind, String path, String value) {
    static Step of(int code) {
      int kind = code / CLIENTS % 9;
      int path = code / CLIENTS / 9 % PATHS.length;
      return new Step(code % CLIENTS, kind, PATHS[path], "v" + code % 7);
    }
  }

  /** The simple model. */
  private static final class Model {
    final TreeMap<String, String> nodes;

    Model(Map<String, String> nodes) {
      this.nodes = new TreeMap<>(nodes);
    }

    private static String parent(String path) {
      int slash = path.lastIndexOf('/');
      return slash == 0 ? "/" : path.substring(0, slash);
    }

    String apply(int kind, String path, String value) {
      switch (kind) {
        case 0, 1:
          return nodes.getOrDefault(path, "!ENOENT");
        case 2:
          return nodes.containsKey(path) ? children(path).toString() : "!ENOENT";
        case 3, 4:
          create(path);
          nodes.put(path, value);
          return "ok";
        case 5:
          create(path);
          return "ok";
        default:
          if (!nodes.containsKey(path)) {
            return nodes.containsKey(parent(path)) ? "ok" : "!ENOENT";
          }
          nodes.keySet().removeIf(key -> key.equals(path) || key.startsWith(path + "/"));
          return "ok";
      }
    }

    private void create(String path) {
      if (!nodes.containsKey(path)) {
        create(parent(path));
        nodes.put(path, "");
      }
    }

    private List<String> children(String path) {
      return nodes.keySet().stream()
          .filter(key -> !key.equals("/") && parent(key).equals(path))
          .map(key -> key.substring(key.lastIndexOf('/') + 1))
          .toList();
    }
  }

  private static String perform(StoreAccess xs, int kind, String path, String value) {
    try {
      switch (kind) {
        case 0, 1:
          return xs.read(path);
        case 2:
          return xs.list(path).toString();
        case 3, 4:
          xs.write(path, value);
          return "ok";
        case 5:
          xs.mkdir(path);
          return "ok";
        default:
          xs.rm(path);
          return "ok";
      }
    } catch (StoreException e) {
      return "!" + e.error();
    }
  }

  /** A running transaction with its history, and what others have changed since it began. */
  private static final class Running {
    final StoreTransaction transaction;
    final List<Step> steps = new ArrayList<>();
    final List<String> answers = new ArrayList<>();
    final Set<String> changedByOthers = new LinkedHashSet<>();

    /** What the transaction sees: the state in which it began and its own changes. */
    final Model snapshot;

    boolean hasWritten;

    Running(StoreTransaction transaction, Model model) {
      this.transaction = transaction;
      this.snapshot = new Model(model.nodes);
    }

    void perform(Step step) {
      String answer = TransactionModelTest.perform(transaction, step.kind, step.path, step.value);
      Map<String, String> before = new TreeMap<>(snapshot.nodes);
      assertEquals(snapshot.apply(step.kind, step.path, step.value), answer);
      hasWritten |= step.kind == 3 || step.kind == 4 || !before.equals(snapshot.nodes);
      steps.add(step);
      answers.add(answer);
    }

    boolean isDisjoint() {
      for (Step step : steps) {
        for (String other : changedByOthers) {
          if (other.startsWith(step.path) || step.path.startsWith(other)) {
            return false;
          }
        }
      }
      return true;
    }
  }

  @Property(tries = 2000, seed = "20261120")
  void committedTransactionsAreSerial(
      @ForAll @Size(max = 60) List<@IntRange(max = CLIENTS * 9 * 9 * 7 - 1) Integer> codes) {
    Store store = new Store();
    Model model = new Model(Map.of("/", ""));
    StoreClient[] clients = new StoreClient[CLIENTS];
    Running[] running = new Running[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
      clients[i] = store.client(0);
    }
    for (int code : codes) {
      Step step = Step.of(code);
      Running mine = running[step.client];
      if (step.kind == 7 && mine == null) {
        running[step.client] = new Running(clients[step.client].begin(), model);
      } else if (step.kind >= 7 && mine != null) {
        running[step.client] = null;
        commit(mine, model, running);
      } else if (mine != null) {
        mine.perform(step);
      } else {
        assertEquals(
            apply(step, model, running),
            perform(clients[step.client], step.kind, step.path, step.value));
      }
      assertEquals(model.nodes, contents(store));
    }
    assertEquals(model.nodes.size(), store.usage(0).nodes());
  }

  /** Applies a step and tells the running transactions what was changed or came into being. */
  private static String apply(Step step, Model model, Running[] running) {
    Set<String> before = Set.copyOf(model.nodes.keySet());
    String answer = model.apply(step.kind, step.path, step.value);
    for (Running other : running) {
      if (other != null && step.kind >= 3) {
        other.changedByOthers.add(step.path);
        model.nodes.keySet().stream()
            .filter(path -> !before.contains(path))
            .forEach(other.changedByOthers::add);
      }
    }
    return answer;
  }

  private static void commit(Running mine, Model model, Running[] running) {
    try {
      mine.transaction.commit();
    } catch (StoreException e) {
      assertEquals(StoreError.EAGAIN, e.error());
      assertTrue(mine.hasWritten, "a transaction that wrote nothing conflicted");
      assertTrue(!mine.isDisjoint(), "a transaction that nobody disturbed conflicted");
      return;
    }
    if (mine.hasWritten) {
      for (int i = 0; i < mine.steps.size(); i++) {
        Step step = mine.steps.get(i);
        assertEquals(mine.answers.get(i), apply(step, model, running));
      }
    }
  }

  private static Map<String, String> contents(Store store) {
    Map<String, String> contents = new TreeMap<>();
    new TreeWalk(Path.ROOT, store.root())
        .forEach(
            (path, node) -> {
              contents.put(
                  path.toString(), new String(node.value, java.nio.charset.StandardCharsets.UTF_8));
              return true;
            });
    return contents;
  }
}
