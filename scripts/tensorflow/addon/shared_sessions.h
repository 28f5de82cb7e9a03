// Included before every source of @tensorflow/tfjs-node-gpu's addon: its calls of these functions of TensorFlow's C interface go to ours,
// with which threads share a session and memory is given back. See shared_sessions.cc.
#ifndef TENSORNEST_SHARED_SESSIONS_H_
#define TENSORNEST_SHARED_SESSIONS_H_

#include "tensorflow/c/c_api.h"

namespace tensornest {

TF_Session* LoadSession(const TF_SessionOptions* options, const TF_Buffer* run_options, const char* directory,
                        const char* const* tags, int tag_count, TF_Graph* graph, TF_Buffer* meta_graph,
                        TF_Status* status);
TF_Operation* OperationByName(TF_Graph* graph, const char* name);
void RunSession(TF_Session* session, const TF_Buffer* run_options, const TF_Output* inputs,
                TF_Tensor* const* input_values, int input_count, const TF_Output* outputs, TF_Tensor** output_values,
                int output_count, const TF_Operation* const* targets, int target_count, TF_Buffer* run_metadata,
                TF_Status* status);
void DeleteSession(TF_Session* session, TF_Status* status);
void DeleteGraph(TF_Graph* graph);

}  // namespace tensornest

#define TF_LoadSessionFromSavedModel tensornest::LoadSession
#define TF_GraphOperationByName tensornest::OperationByName
#define TF_SessionRun tensornest::RunSession
#define TF_DeleteSession tensornest::DeleteSession
#define TF_DeleteGraph tensornest::DeleteGraph

#endif
