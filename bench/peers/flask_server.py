"""Flask and a Keras model, as most tutorials join them. Flask's own server runs it, and gunicorn."""

import os

import keras
from flask import Flask, request

from classifier import preprocess, top

app = Flask(__name__)
model = keras.models.load_model(os.environ["KERAS_MODEL"], compile=False)


@app.post("/predict")
def predict() -> dict:
    batch = preprocess(request.get_data())[None]
    return {"top": top(model.predict_on_batch(batch)[0])}
