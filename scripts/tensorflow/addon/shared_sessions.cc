#include "shared_sessions.h"

#undef TF_LoadSessionFromSavedModel
#undef TF_GraphOperationByName
#undef TF_SessionRun
#undef TF_DeleteSession
#undef TF_DeleteGraph

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

/**
 * The addon keeps what it loads per JavaScript thread. TensorFlow runs one session in several threads at once, so a model that several
 * threads run needs to be in memory once: a tag `tensornest-session:KEY` beside a SavedModel's own names a session, and
 * whoever loads under a KEY that is loaded already is given that session, whatever directory it names.
 *
 * The graph that such a caller brought stays empty; operations are looked up in that of the session.
 *
 * A tag `tensornest-cpu` keeps a session on the CPU where there is a GPU.
 */
namespace tensornest {
namespace {

constexpr char kPrefix[] = "tensornest-session:";
constexpr char kOnCpu[] = "tensornest-cpu";
/** A serialized ConfigProto of TensorFlow's `config.proto`: `device_count { key: "GPU" value: 0 }`. */
constexpr char kNoGpus[] = {0x0a, 0x07, 0x0a, 0x03, 'G', 'P', 'U', 0x10, 0x00};
/** The first run makes the executable graph, and kernels prepare what they keep in the next one too. */
constexpr int kPreparingRuns = 2;

struct SharedSession {
  TF_Session* session;
  TF_Graph* graph;
  int users;
};

std::mutex mutex;
std::map<std::string, SharedSession> sessions;
/** For the graph of each user the one of its session: that of the first is the session's own. */
std::map<TF_Graph*, TF_Graph*> graphs;

/** How many runs are still to come that leave behind much memory that was freed: the first ones after a load. */
std::atomic<int> preparing_runs{0};

/** Gives memory that was freed back to the system. glibc keeps it, and TensorFlow frees as much as a model takes when it has prepared one. */
void GiveBackMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace

TF_Session* LoadSession(const TF_SessionOptions* options, const TF_Buffer* run_options, const char* directory,
                        const char* const* tags, int tag_count, TF_Graph* graph, TF_Buffer* meta_graph,
                        TF_Status* status) {
  std::vector<const char*> own_tags;
  std::string key;
  bool on_cpu = false;
  for (int i = 0; i < tag_count; i++) {
    if (std::strncmp(tags[i], kPrefix, sizeof(kPrefix) - 1) == 0) key = tags[i];
    else if (std::strcmp(tags[i], kOnCpu) == 0) on_cpu = true;
    else own_tags.push_back(tags[i]);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = sessions.find(key);
    if (found != sessions.end()) {
      found->second.users++;
      graphs[graph] = found->second.graph;
      TF_SetStatus(status, TF_OK, "");
      return found->second.session;
    }
  }
  if (!key.empty() && directory[0] == '\0') {
    TF_SetStatus(status, TF_NOT_FOUND, (key + " is not loaded").c_str());
    return nullptr;
  }
  const std::unique_ptr<TF_SessionOptions, decltype(&TF_DeleteSessionOptions)> without_gpus(
      TF_NewSessionOptions(), &TF_DeleteSessionOptions);
  TF_SetConfig(without_gpus.get(), kNoGpus, sizeof(kNoGpus), status);
  // Not locked: it takes seconds, and others run their sessions.
  TF_Session* session =
      TF_LoadSessionFromSavedModel(on_cpu ? without_gpus.get() : options, run_options, directory, own_tags.data(),
                                   static_cast<int>(own_tags.size()), graph, meta_graph, status);
  if (TF_GetCode(status) == TF_OK && !key.empty()) {
    const std::lock_guard<std::mutex> lock(mutex);
    sessions[key] = {session, graph, 1};
    graphs[graph] = graph;
  }
  preparing_runs = kPreparingRuns;
  GiveBackMemory();
  return session;
}

TF_Operation* OperationByName(TF_Graph* graph, const char* name) {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = graphs.find(graph);
    if (found != graphs.end()) graph = found->second;
  }
  return TF_GraphOperationByName(graph, name);
}

void RunSession(TF_Session* session, const TF_Buffer* run_options, const TF_Output* inputs,
                TF_Tensor* const* input_values, int input_count, const TF_Output* outputs, TF_Tensor** output_values,
                int output_count, const TF_Operation* const* targets, int target_count, TF_Buffer* run_metadata,
                TF_Status* status) {
  TF_SessionRun(session, run_options, inputs, input_values, input_count, outputs, output_values, output_count,
                targets, target_count, run_metadata, status);
  if (preparing_runs > 0 && preparing_runs-- > 0) GiveBackMemory();
}

void DeleteSession(TF_Session* session, TF_Status* status) {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    for (auto entry = sessions.begin(); entry != sessions.end(); ++entry) {
      if (entry->second.session != session) continue;
      TF_SetStatus(status, TF_OK, "");
      if (--entry->second.users > 0) return;
      TF_DeleteSession(session, status);
      // The first user's own call may have come before; see DeleteGraph.
      if (graphs.count(entry->second.graph) == 0) TF_DeleteGraph(entry->second.graph);
      sessions.erase(entry);
      return;
    }
  }
  TF_DeleteSession(session, status);
}

void DeleteGraph(TF_Graph* graph) {
  const std::lock_guard<std::mutex> lock(mutex);
  graphs.erase(graph);
  for (const auto& entry : sessions) {
    if (entry.second.graph == graph) return;  // Others still run it: deleted with the session.
  }
  TF_DeleteGraph(graph);
}

}  // namespace tensornest
