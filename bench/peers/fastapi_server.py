"""FastAPI: the body is read on the event loop, the work is done in its threadpool."""

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool

from classifier import SavedModel, preprocess, top

app = FastAPI()
model = SavedModel()


def classify(encoded: bytes) -> dict:
    return {"top": top(model(preprocess(encoded)[None])[0])}


@app.post("/predict")
async def predict(request: Request) -> dict:
    return await run_in_threadpool(classify, await request.body())
